using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipes;
using System.Text;
using FastShardMap.Bench.Caches;

namespace FastShardMap.Bench.Tests.Caches;

public sealed class TraceReaderTests
{
    [Fact]
    public void Read_EveryTextFormat_GivesTheKeysInOrder()
    {
        Assert.Equal([7UL, 8, 7], Read("7\n8\n7\n", TraceFormat.Plain));
        Assert.Equal([7UL, 8], Read("time, id, size\n1, 7, 100\n2, 8, 100\n", TraceFormat.Csv));
        Assert.Equal([5UL, 6], Read("5\n*\n\n6\n", TraceFormat.Lirs));
        Assert.Equal([100UL, 101, 102, 9], Read("100 3 0 0\n9 1 0 1\n", TraceFormat.Arc));
        Assert.Equal([1UL, 2], Read("1\n2\n3\n", TraceFormat.Plain, mostRequests: 2));
        Assert.Equal([10UL, 11], Read("10 5 0 0\n", TraceFormat.Arc, mostRequests: 2));
    }

    [Fact]
    public void Read_Csv_LeavesOutTheFirstLineOnlyIfItIsAHeader()
    {
        Assert.Equal([7UL, 8, 9, 7], Read("0.25,7,1\n0.5,8,1\n1,9,1\n1.5,7,1\n", TraceFormat.Csv));
        Assert.Equal([7UL], Read("\ntime,id\n0.25,7\n", TraceFormat.Csv));
        Assert.Equal([7UL, 8], Read("time,id\nmorning,7\nevening,8\n", TraceFormat.Csv));
    }

    [Fact]
    public void Read_LongLineOfAnotherFormat_IsShownInPart()
    {
        string line = new('x', 100_000);
        string message = Assert.Throws<InvalidDataException>(() => Read(line, TraceFormat.Lirs)).Message;
        Assert.InRange(message.Length, 80, 200);
    }

    [Fact]
    public void Read_Pipe_IsRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Uses names of open files of Linux.");
        using AnonymousPipeServerStream pipe = new(PipeDirection.Out);
        string path = $"/proc/self/fd/{pipe.GetClientHandleAsString()}";
        Assert.Contains(
            "pipe",
            Assert.Throws<InvalidDataException>(() => TraceReader.Read(path, TraceFormat.Plain, 10)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_KeysThatAreNoNumbers_AreDifferentForDifferentTexts()
    {
        List<ulong> keys = Read("cat\ndog\ncat\n", TraceFormat.Plain);

        Assert.Equal(keys[0], keys[2]);
        Assert.NotEqual(keys[0], keys[1]);
    }

    [Fact]
    public void Read_OracleGeneral_GivesTheSecondFieldOfEachRecord()
    {
        byte[] bytes = new byte[48];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(4), 0x1122_3344_5566_7788);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(28), 42);

        using MemoryStream whole = new(bytes);
        Assert.Equal([0x1122_3344_5566_7788UL, 42], TraceReader.Read(whole, TraceFormat.OracleGeneral, 10));
        using MemoryStream cut = new(bytes[..30]);
        Assert.Throws<InvalidDataException>(() => TraceReader.Read(cut, TraceFormat.OracleGeneral, 10));
    }

    [Theory]
    [InlineData("x y", nameof(TraceFormat.Arc))]
    [InlineData("5", nameof(TraceFormat.Arc))]
    [InlineData("1 99999999999", nameof(TraceFormat.Arc))]
    [InlineData("18446744073709551615 1", nameof(TraceFormat.Arc))]
    [InlineData("99999999999999999999 1", nameof(TraceFormat.Arc))]
    [InlineData("only one column", nameof(TraceFormat.Csv))]
    [InlineData("7 1", nameof(TraceFormat.Lirs))]
    [InlineData("99999999999999999999", nameof(TraceFormat.Lirs))]
    public void Read_LineOfAnotherFormat_IsRefusedWithItsNumber(string line, string format) =>
        Assert.Contains(
            "Line 1 ",
            Assert.Throws<InvalidDataException>(() => Read(line + "\n", Enum.Parse<TraceFormat>(format))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Read_CompressedFile_IsReadByTheNameInside()
    {
        Trace trace = ReadFile(".arc.gz", Compressed("3 2 0 0\n"));
        Assert.Equal([3UL, 4], trace.Keys);
        Assert.Equal(2, trace.Distinct);
    }

    [Fact]
    public void Read_CompressedFileWithoutSuffix_IsRecognizedByItsFirstBytes() =>
        Assert.Equal([3UL, 4], ReadFile(".txt", Compressed("3\n4\n")).Keys);

    [Fact]
    public void Read_PlainFileWithSuffixOfCompressedOnes_IsRead() =>
        Assert.Equal([3UL, 4], ReadFile(".lirs.gz", "3\n*\n4\n"u8.ToArray()).Keys);

    [Fact]
    public void Read_DamagedFile_IsRefusedWithItsPath()
    {
        byte[] whole = Compressed(string.Join('\n', Enumerable.Range(0, 1_000)));
        byte[] zstandard = [0x28, 0xB5, 0x2F, 0xFD, 0, 0];
        byte[][] damaged = [[], "\n\n"u8.ToArray(), zstandard, whole[..(whole.Length / 2)], [0x1F, 0x8B, 1, 2, 3]];
        foreach (byte[] bytes in damaged)
        {
            InvalidDataException thrown = Assert.Throws<InvalidDataException>(() => ReadFile(".txt.gz", bytes));
            Assert.Contains("fastshardmap-", thrown.Message, StringComparison.Ordinal);
        }
    }

    private static byte[] Compressed(string text)
    {
        using MemoryStream bytes = new();
        using (GZipStream stream = new(bytes, CompressionLevel.Fastest))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }

    private static Trace ReadFile(string suffix, byte[] bytes)
    {
        string path = Path.Combine(Path.GetTempPath(), $"fastshardmap-{Guid.NewGuid():N}{suffix}");
        try
        {
            File.WriteAllBytes(path, bytes);
            return TraceReader.Read(path, TraceFormat.Guess, 10_000);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static List<ulong> Read(string text, TraceFormat format, int mostRequests = int.MaxValue)
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(text));
        return TraceReader.Read(stream, format, mostRequests);
    }
}
