using System.Buffers.Binary;
using FastShardMap.Bench.Census;
using FastShardMap.Bench.Keys;
using Counter = FastShardMap.Bench.Maps.ConcurrentDictionaryCounter<ulong, long>;

namespace FastShardMap.Bench.Tests.Census;

public sealed class CensusTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("census-tests").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(7, 1, 0)]
    [InlineData(8, 1, 1)]
    [InlineData(100, 1, 93)]
    [InlineData(100, 8, 12)]
    [InlineData(104, 8, 13)]
    [InlineData(9, 3, 1)]
    [InlineData(11, 3, 2)]
    public void WindowsIn_LengthAndStride_CountsOnlyWholeWindows(long bytes, int strideBytes, long expected) =>
        Assert.Equal(expected, WindowInput.WindowsIn(bytes, strideBytes));

    [Fact]
    public void Read_TwoFiles_WindowsDoNotSpanThem()
    {
        string first = Write("a", 10);
        string second = Write("b", 9);
        WindowInput input = WindowInput.Read([first, second], limitBytes: 0, strideBytes: 1);
        Assert.Equal(3 + 2, input.Windows);
        Assert.Equal(19, input.Bytes);
    }

    [Fact]
    public void Read_Folder_TakesEveryFileBelow()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "deep"));
        Write(Path.Combine("deep", "a"), 8);
        Write("b", 8);
        Write("too short", 7);
        Assert.Equal(2, WindowInput.Read([_folder], limitBytes: 0, strideBytes: 1).Files);
    }

    [Fact]
    public void Read_Limit_StopsThere()
    {
        string file = Write("a", 1000);
        WindowInput input = WindowInput.Read([file], limitBytes: 100, strideBytes: 1);
        Assert.Equal(100, input.Bytes);
        Assert.Equal(1000, input.BytesAvailable);
        Assert.Equal(93, input.Windows);
    }

    [Fact]
    public void Read_MissingPath_SaysWhich()
    {
        string missing = Path.Combine(_folder, "missing");
        CensusInputException exception = Assert.Throws<CensusInputException>(() => WindowInput.Read([missing], 0, 1));
        Assert.Contains(missing, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NothingLongEnough_Throws() =>
        Assert.Throws<CensusInputException>(() => WindowInput.Read([Write("short", 7)], 0, 1));

    [Fact]
    public void Read_NoPaths_FindsTheFramework()
    {
        WindowInput input = WindowInput.Read([], limitBytes: 1 << 20, strideBytes: 1);
        Assert.Equal(1 << 20, input.Bytes);
        Assert.True(input.BytesAvailable > 10 << 20);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 5)]
    public void Count_SeveralThreads_AgreesWithASimpleLoop(int threads, int strideBytes)
    {
        string file = Write("a", 100_000);
        byte[] bytes = File.ReadAllBytes(file);
        Dictionary<ulong, long> expected = new();
        for (int i = 0; i + 8 <= bytes.Length; i += strideBytes)
        {
            ulong window = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(i));
            expected[window] = expected.GetValueOrDefault(window) + 1;
        }

        WindowInput input = WindowInput.Read([file], limitBytes: 0, strideBytes);
        Counter map = Counter.Create(default);
        using WindowCounter<Counter> counter = new(input, map);
        CensusResult result = CensusRun<ulong>.Count(counter, threads, progress: null);
        Assert.Equal(expected.Count, result.Distinct);
        Assert.Equal(expected.Values.Sum(), result.Items);
        Assert.Equal(expected.OrderBy(pair => pair.Key), map.Pairs().OrderBy(pair => pair.Key));
    }

    [Fact]
    public void Verify_OneCountOff_IsFound()
    {
        Counter one = Counter.Create(default);
        Counter other = Counter.Create(default);
        one.Store(1, 5);
        one.Store(2, 3);
        other.Store(1, 4);
        other.Store(2, 4);
        CensusVerifier<ulong> verifier = new(CounterOf(one), CounterOf(other), items: 8);
        Assert.False(verifier.Verify());
        Assert.Equal(2, verifier.DifferenceCount);
    }

    [Fact]
    public void Verify_OneKeyMissing_IsFound()
    {
        Counter one = Counter.Create(default);
        Counter other = Counter.Create(default);
        one.Store(1, 4);
        other.Store(1, 3);
        other.Store(2, 1);
        CensusVerifier<ulong> verifier = new(CounterOf(one), CounterOf(other), items: 4);
        Assert.False(verifier.Verify());
    }

    private WindowCounter<Counter> CounterOf(Counter map) =>
        new(WindowInput.Read([Write("any", 8)], limitBytes: 0, strideBytes: 1), map);

    /// <summary>Writes bytes that repeat enough for windows to have counts above one.</summary>
    private string Write(string name, int length)
    {
        SplitMix random = new((ulong)length);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = i % 100 < 50 ? (byte)(i % 3) : (byte)random.Next();
        }

        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
