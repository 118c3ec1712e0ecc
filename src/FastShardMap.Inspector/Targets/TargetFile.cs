using System.Buffers.Binary;

namespace FastShardMap.Inspector.Targets;

/// <summary>Says what a file is if it is not a dump. It does not open pipes, because that would wait.</summary>
internal static class TargetFile
{
    private const int HeadBytes = 64;
    private const ushort ElfCore = 4;
    private const uint MachCore = 4;

    private static ReadOnlySpan<byte> TraceMark => "Nettrace"u8;

    /// <summary>What is at a path that cannot be read in any order; null for a file.</summary>
    public static string? WhyNoFile(string path)
    {
        if (Directory.Exists(path))
        {
            return "a directory";
        }

        return (OperatingSystem.IsLinux() ? LinuxNative.FileType(path) : 0) switch
        {
            0x1000 => "a pipe, which cannot be read in any order: write it to a file first",
            0x2000 or 0x6000 => "a device",
            0xC000 => "a socket",
            _ => null,
        };
    }

    /// <summary>What a file is, judged by its first bytes; null if it may be a dump.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string? WhyNoDump(string path)
    {
        if (WhyNoFile(path) is { } kind)
        {
            return kind;
        }

        ReadOnlySpan<byte> head = Head(path);
        return head switch
        {
            [] => "an empty file",
            [0x7F, (byte)'E', (byte)'L', (byte)'F', ..] => WhyNoCore(head),
            [(byte)'M', (byte)'D', (byte)'M', (byte)'P', ..] => null,
            [0xCF, 0xFA, 0xED, 0xFE, ..]
                when head.Length >= 16 && BinaryPrimitives.ReadUInt32LittleEndian(head[12..]) == MachCore => null,
            [0xCF or 0xCE, 0xFA, 0xED, 0xFE, ..] or [(byte)'M', (byte)'Z', ..] => "a program or library",
            _ when head.StartsWith(TraceMark) => "a trace, which 'fsmap trace' reads",
            [0x1F, 0x8B, ..] or [0x28, 0xB5, 0x2F, 0xFD, ..] or [0xFD, 0x37, 0x7A, 0x58, 0x5A, ..]
                or [0x50, 0x4B, 3, 4, ..]
                => "compressed: unpack it first",
            _ => IsText(head) ? "a text file" : "of an unknown kind",
        };
    }

    /// <summary>What a file is, judged by its first bytes; null if it may be a trace.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string? WhyNoTrace(string path)
    {
        if (WhyNoFile(path) is { } kind)
        {
            return kind;
        }

        return Head(path).StartsWith(TraceMark) ? null : WhyNoDump(path) ?? "a dump, which 'fsmap list' reads";
    }

    private static string? WhyNoCore(ReadOnlySpan<byte> head)
    {
        const int TypeOffset = 16;
        if (head.Length < HeadBytes)
        {
            return "truncated within its first bytes";
        }

        // The class and the byte order; the tool does not read others.
        if (head[4] != 2 || head[5] != 1)
        {
            return "of a 32-bit or big-endian system";
        }

        return BinaryPrimitives.ReadUInt16LittleEndian(head[TypeOffset..]) == ElfCore ? null : "a program or library";
    }

    private static ReadOnlySpan<byte> Head(string path)
    {
        using FileStream file = File.OpenRead(path);
        byte[] head = new byte[HeadBytes];
        return head.AsSpan(0, file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false));
    }

    private static bool IsText(ReadOnlySpan<byte> head) => head.IndexOfAnyInRange((byte)0, (byte)8) < 0
        && head.IndexOfAnyInRange((byte)14, (byte)31) < 0;
}
