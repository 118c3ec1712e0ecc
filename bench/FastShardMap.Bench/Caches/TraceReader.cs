using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace FastShardMap.Bench.Caches;

/// <summary>Reads trace files in the formats of libCacheSim and of Caffeine's simulator, gzip-compressed or not: the
/// first bytes tell.</summary>
internal static class TraceReader
{
    private const int OracleRecordBytes = 24;
    private const int OracleKeyOffset = 4;

    /// <summary>The most characters of a line that an exception shows.</summary>
    private const int MostShown = 80;

    /// <summary>A line of an ARC trace with more blocks is not of an ARC trace.</summary>
    private const ulong MostBlocks = 1 << 20;

    private static readonly HashSeed s_seed = new(0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03);

    /// <exception cref="InvalidDataException">The file does not have the format.</exception>
    public static Trace Read(string path, TraceFormat format, int mostRequests)
    {
        string name = Path.GetFileName(path);
        string bare = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^".gz".Length] : name;
        List<ulong> keys;
        try
        {
            using FileStream file = File.OpenRead(path);
            using Stream stream = IsCompressed(file) ? new GZipStream(file, CompressionMode.Decompress) : file;
            keys = Read(stream, format == TraceFormat.Guess ? FormatOf(bare) : format, mostRequests);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }

        return keys.Count == 0
            ? throw new InvalidDataException($"{path} has no requests.")
            : new Trace(bare, [.. keys]);
    }

    public static TraceFormat FormatOf(string name)
    {
        string extension = Path.GetExtension(name);
        return extension.ToUpperInvariant() switch
        {
            ".ORACLEGENERAL" or ".BIN" => TraceFormat.OracleGeneral,
            ".LIRS" or ".TRC" => TraceFormat.Lirs,
            ".ARC" or ".LIS" => TraceFormat.Arc,
            ".CSV" => TraceFormat.Csv,
            _ => TraceFormat.Plain,
        };
    }

    /// <exception cref="InvalidDataException">The stream does not have the format.</exception>
    public static List<ulong> Read(Stream stream, TraceFormat format, int mostRequests)
    {
        List<ulong> keys = [];
        if (format == TraceFormat.OracleGeneral)
        {
            ReadOracle(stream, mostRequests, keys);
            return keys;
        }

        using StreamReader reader = new(stream, Encoding.UTF8);
        long lines = 0;
        bool isFirst = true;
        while (keys.Count < mostRequests && reader.ReadLine() is { } line)
        {
            lines++;
            try
            {
                AddLine(line.AsSpan().Trim(), format, isFirst, keys);
                isFirst &= string.IsNullOrWhiteSpace(line);
            }
            catch (Exception exception) when (exception is FormatException or OverflowException)
            {
                string shown = line.Length > MostShown ? $"{line[..MostShown]}…" : line;
                throw new InvalidDataException($"Line {lines} is not of the format {format}: '{shown}'.", exception);
            }
        }

        if (keys.Count > mostRequests)
        {
            keys.RemoveRange(mostRequests, keys.Count - mostRequests);
        }

        return keys;
    }

    private static bool IsCompressed(FileStream file)
    {
        Span<byte> start = stackalloc byte[4];
        if (!file.CanSeek)
        {
            throw new InvalidDataException("It is a pipe or a device. Write the trace to a file first.");
        }

        int bytes = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return start[..bytes].StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])
            ? throw new InvalidDataException("The file is compressed by Zstandard. Decompress it first.")
            : start[..bytes].StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]);
    }

    private static void ReadOracle(Stream stream, int mostRequests, List<ulong> keys)
    {
        Span<byte> record = stackalloc byte[OracleRecordBytes];
        using BufferedStream buffered = new(stream, 1 << 16);
        while (keys.Count < mostRequests)
        {
            int bytes = buffered.ReadAtLeast(record, OracleRecordBytes, throwOnEndOfStream: false);
            if (bytes == 0)
            {
                return;
            }

            if (bytes < OracleRecordBytes)
            {
                throw new InvalidDataException($"The last record has {bytes} bytes instead of {OracleRecordBytes}.");
            }

            keys.Add(BinaryPrimitives.ReadUInt64LittleEndian(record[OracleKeyOffset..]));
        }
    }

    private static void AddLine(ReadOnlySpan<char> line, TraceFormat format, bool isFirst, List<ulong> keys)
    {
        if (line.IsEmpty)
        {
            return;
        }

        switch (format)
        {
            case TraceFormat.Lirs:
                if (line is not "*")
                {
                    keys.Add(ulong.Parse(line, NumberStyles.None, CultureInfo.InvariantCulture));
                }

                break;
            case TraceFormat.Arc:
                AddBlocks(line, keys);
                break;
            case TraceFormat.Csv:
                AddColumn(line, isFirst, keys);
                break;
            default:
                keys.Add(KeyOf(line));
                break;
        }
    }

    private static void AddBlocks(ReadOnlySpan<char> line, List<ulong> keys)
    {
        Span<Range> parts = stackalloc Range[5];
        if (line.Split(parts, ' ', StringSplitOptions.RemoveEmptyEntries) < 2)
        {
            throw new FormatException();
        }

        ulong first = ulong.Parse(line[parts[0]], NumberStyles.None, CultureInfo.InvariantCulture);
        ulong blocks = ulong.Parse(line[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture);
        if (blocks > MostBlocks || first > ulong.MaxValue - blocks)
        {
            throw new FormatException();
        }

        for (ulong block = 0; block < blocks; block++)
        {
            keys.Add(first + block);
        }
    }

    private static void AddColumn(ReadOnlySpan<char> line, bool isFirst, List<ulong> keys)
    {
        Span<Range> parts = stackalloc Range[3];
        if (line.Split(parts, ',') < 2)
        {
            throw new FormatException();
        }

        ReadOnlySpan<char> key = line[parts[1]].Trim();
        bool isHeader = isFirst && !double.TryParse(line[parts[0]], CultureInfo.InvariantCulture, out _);
        if (!isHeader)
        {
            keys.Add(KeyOf(key));
        }
    }

    // A number, or the hash of any other text.
    private static ulong KeyOf(ReadOnlySpan<char> text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            ? number
            : HashMixer.Mix(System.Runtime.InteropServices.MemoryMarshal.AsBytes(text), s_seed);
}
