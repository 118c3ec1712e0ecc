using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Inspector.Targets;

/// <summary>
/// A core dump of a 64-bit little-endian system. Its program headers say where in the file each address is. A damaged
/// dump is read as far as it goes.
/// </summary>
/// <remarks>Format: System V ABI, "Program Header"; <c>elf(5)</c>.</remarks>
internal sealed class ElfCoreMemory : TargetMemory
{
    private const int HeaderBytes = 64;
    private const int ProgramHeaderBytes = 56;
    private const int MaxProgramHeaders = 1 << 20;
    private const uint Load = 1;
    private const uint Writable = 2;
    private readonly SafeFileHandle _file;
    private readonly Segment[] _segments;

    private ElfCoreMemory(SafeFileHandle file, Segment[] segments, ulong describedBytes)
    {
        _file = file;
        _segments = segments;
        MissingBytes = (long)Math.Min(
            describedBytes - Math.Min(describedBytes, (ulong)RandomAccess.GetLength(file)), long.MaxValue);
    }

    /// <summary>The bytes that the file lacks according to its headers.</summary>
    public long MissingBytes { get; }

    /// <summary>Opens a file if it is a core dump.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ElfCoreMemory? TryOpen(string path)
    {
        SafeFileHandle file = File.OpenHandle(path);
        byte[] header = new byte[HeaderBytes];
        bool is64BitLittleEndianElf = RandomAccess.Read(file, header, 0) == HeaderBytes
            && header.AsSpan().StartsWith("\u007FELF\u0002\u0001"u8);
        if (!is64BitLittleEndianElf)
        {
            file.Dispose();
            return null;
        }

        return new ElfCoreMemory(file, ReadSegments(file, header, out ulong describedBytes), describedBytes);
    }

    public override int Read(ulong address, Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length && Find(address + (uint)done) is { } segment)
        {
            ulong offset = address + (uint)done - segment.Address;
            int wanted = (int)Math.Min((ulong)(buffer.Length - done), segment.Bytes - offset);
            int read = RandomAccess.Read(_file, buffer.Slice(done, wanted), (long)(segment.FileOffset + offset));
            done += read;
            if (read < wanted)
            {
                break;
            }
        }

        return done;
    }

    public override IEnumerable<MemoryRegion> WritableRegions() =>
        _segments
            .Where(segment => segment.IsWritable)
            .Select(segment => new MemoryRegion(segment.Address, segment.Bytes));

    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        base.Dispose(disposing);
    }

    private static Segment[] ReadSegments(SafeFileHandle file, ReadOnlySpan<byte> header, out ulong describedBytes)
    {
        ulong tableOffset = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        int entryBytes = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]);
        long count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        if (count == ushort.MaxValue)
        {
            count = ReadExtendedCount(file, BinaryPrimitives.ReadUInt64LittleEndian(header[40..]));
        }

        describedBytes = unchecked(tableOffset + ((ulong)count * (uint)entryBytes));
        List<Segment> segments = [];
        byte[] entry = new byte[ProgramHeaderBytes];
        for (long i = 0; entryBytes >= ProgramHeaderBytes && i < Math.Min(count, MaxProgramHeaders); i++)
        {
            ulong position = tableOffset + ((ulong)i * (uint)entryBytes);
            if (position > long.MaxValue || RandomAccess.Read(file, entry, (long)position) != ProgramHeaderBytes)
            {
                break;
            }

            if (BinaryPrimitives.ReadUInt32LittleEndian(entry) == Load)
            {
                ulong end = AddSegment(segments, entry, (ulong)RandomAccess.GetLength(file));
                describedBytes = Math.Max(describedBytes, end);
            }
        }

        return [.. segments.OrderBy(segment => segment.Address)];
    }

    // Adds only what is in the file: the rest of a segment was not dumped, and a damaged table must not make a walk go
    // through the whole address space. Returns the offset in the file at which the complete segment would end.
    private static ulong AddSegment(List<Segment> segments, ReadOnlySpan<byte> entry, ulong fileBytes)
    {
        ulong fileOffset = BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]);
        ulong address = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]);
        ulong dumped = BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]);
        ulong bytes = Math.Min(dumped, fileBytes - Math.Min(fileBytes, fileOffset));
        bool isWritable = (BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]) & Writable) != 0;
        if (bytes != 0 && address + bytes > address)
        {
            segments.Add(new Segment(address, bytes, fileOffset, isWritable));
        }

        return unchecked(address + dumped) >= address && fileOffset + dumped >= fileOffset ? fileOffset + dumped : 0;
    }

    // With 65,535 segments or more, the count is in the first section header.
    private static long ReadExtendedCount(SafeFileHandle file, ulong sectionsOffset)
    {
        byte[] section = new byte[HeaderBytes];
        return sectionsOffset <= long.MaxValue && RandomAccess.Read(file, section, (long)sectionsOffset) == HeaderBytes
            ? BinaryPrimitives.ReadUInt32LittleEndian(section.AsSpan(44))
            : 0;
    }

    private Segment? Find(ulong address)
    {
        int low = 0;
        int high = _segments.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            Segment segment = _segments[middle];
            if (address < segment.Address)
            {
                high = middle - 1;
            }
            else if (address - segment.Address >= segment.Bytes)
            {
                low = middle + 1;
            }
            else
            {
                return segment;
            }
        }

        return null;
    }

    private sealed record Segment(ulong Address, ulong Bytes, ulong FileOffset, bool IsWritable);
}
