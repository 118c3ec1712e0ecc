using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Census;

/// <summary>
/// The bytes to count windows in, read into memory before anything is timed. A window never spans two files.
/// </summary>
internal sealed class WindowInput : ICensusInput
{
    public const int WindowBytes = sizeof(ulong);

    /// <summary>
    /// A longer file is cut into segments of this many bytes, each followed by the bytes its last windows need.
    /// </summary>
    private const int SegmentBytes = 256 << 20;

    private readonly List<byte[]> _segments = [];

    private WindowInput(int strideBytes) => StrideBytes = strideBytes;

    public IReadOnlyList<byte[]> Segments => _segments;

    public int StrideBytes { get; }

    public int Files { get; private set; }

    /// <summary>Bytes read, without the overlap of segments.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes of all files, of which a limit may have left some unread.</summary>
    public long BytesAvailable { get; private set; }

    public long Windows { get; private set; }

    public long Items => Windows;

    public string Describe(bool isDefault) =>
        $"{(isDefault ? "assemblies of the installed .NET shared framework" : "files")}: "
            + $"{Units.Count(Windows)} windows of 8 bytes, one every {StrideBytes} byte(s)";

    public static WindowInput Read(IReadOnlyList<string> paths, long limitBytes, int strideBytes)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfNegative(limitBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(strideBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(strideBytes, SegmentBytes);
        WindowInput input = new(strideBytes);
        long left = limitBytes == 0 ? long.MaxValue : limitBytes;
        foreach (string file in paths.Count == 0 ? CensusFiles.FrameworkAssemblies() : CensusFiles.Expand(paths))
        {
            left -= input.ReadFile(file, left);
        }

        if (input.Windows == 0)
        {
            throw new CensusInputException($"The input holds no file of at least {WindowBytes} bytes.");
        }

        return input;
    }

    /// <summary>The windows that start in a buffer and fit into it.</summary>
    public static long WindowsIn(long bytes, int strideBytes) =>
        bytes < WindowBytes ? 0 : ((bytes - WindowBytes) / strideBytes) + 1;

    private long ReadFile(string file, long limitBytes)
    {
        try
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            BytesAvailable += stream.Length;
            long length = Math.Min(stream.Length, limitBytes);
            if (WindowsIn(length, StrideBytes) == 0)
            {
                return 0;
            }

            Files++;
            Bytes += length;
            long segmentBytes = SegmentBytes - (SegmentBytes % StrideBytes);
            for (long start = 0; WindowsIn(length - start, StrideBytes) > 0; start += segmentBytes)
            {
                byte[] segment = new byte[Math.Min(length - start, segmentBytes + WindowBytes - 1)];
                stream.Position = start;
                stream.ReadExactly(segment);
                _segments.Add(segment);
                Windows += WindowsIn(segment.Length, StrideBytes);
            }

            return length;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CensusInputException($"Cannot read '{file}': {exception.Message}", exception);
        }
    }
}
