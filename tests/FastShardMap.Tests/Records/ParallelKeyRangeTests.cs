using System.Text;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Records;

/// <summary>Writes of a range of text or byte keys by several threads.</summary>
public sealed class ParallelKeyRangeTests
{
    /// <summary>Enough keys for four threads.</summary>
    private const int Length = 20_000;

    [Theory]
    [InlineData(1, 4)]
    [InlineData(4, 2)]
    [InlineData(16, 4)]
    [InlineData(16, -1)]
    public void Ranges_WithRepeatedKeys_DoWhatSingleWritesDo(int shards, int degree)
    {
        Random random = new(TestSeed.For($"{shards} {degree}"));
        ShardMapOptions options = new() { ShardCount = shards };
        using TextShardMap<long> texts = new(options);
        using BytesShardMap<long> bytes = new(options);
        using BlobShardMap blobs = new(options);
        Dictionary<string, long> model = new(StringComparer.Ordinal);
        for (int round = 0; round < 4; round++)
        {
            string[] keys = [.. Enumerable.Range(0, Length).Select(_ => KeyOf(random.Next(Length)))];
            ReadOnlyMemory<byte>[] utf8 = Utf8Of(keys);
            long[] values = [.. keys.Select(_ => random.NextInt64())];
            ReadOnlyMemory<byte>[] blobValues = BlobsOf(values);
            if (round % 2 == 0)
            {
                int added = keys.Where((key, i) => model.TryAdd(key, values[i])).Count();
                Assert.Equal(
                    added,
                    round == 0
                        ? texts.TryAddRange(keys, values, degree)
                        : texts.TryAddRange(utf8, values, degree));
                Assert.Equal(added, bytes.TryAddRange(utf8, values, degree));
                Assert.Equal(
                    added,
                    round == 0
                        ? blobs.TryAddRange(keys, blobValues, degree)
                        : blobs.TryAddRange(utf8, blobValues, degree));
                continue;
            }

            for (int i = 0; i < Length; i++)
            {
                model[keys[i]] = values[i]; // the last of repeated keys
            }

            bytes.SetRange(utf8, values, degree);
            if (round == 1)
            {
                texts.SetRange(keys, values, degree);
                blobs.SetRange(keys, blobValues, degree);
            }
            else
            {
                texts.SetRange(utf8, values, degree);
                blobs.SetRange(utf8, blobValues, degree);
            }
        }

        Assert.Equal((model.Count, model.Count, model.Count), (texts.Count, bytes.Count, blobs.Count));
        byte[] value = new byte[sizeof(long)];
        foreach ((string key, long expected) in model)
        {
            Assert.Equal(expected, texts[key]);
            Assert.Equal(expected, bytes[Encoding.UTF8.GetBytes(key)]);
            Assert.True(blobs.TryGetValue(key, value, out int written));
            Assert.Equal((sizeof(long), expected), (written, BitConverter.ToInt64(value)));
        }

        Assert.Empty(texts.Inner.Shards.FindViolations());
        Assert.Empty(bytes.Inner.Shards.FindViolations());
        Assert.Empty(blobs.Inner.Shards.FindViolations());
    }

    [Fact]
    public void Ranges_InvalidArguments_AreRefusedByNameAndChangeNothing()
    {
        using TextShardMap<long> texts = new();
        using BytesShardMap<long> bytes = new();
        using BlobShardMap blobs = new();
        string[] keys = Keys();
        ReadOnlyMemory<byte>[] utf8 = Utf8Of(keys);
        long[] values = Values();
        ReadOnlyMemory<byte>[] blobValues = BlobsOf(values);
        foreach (int degree in (int[])[0, -2, int.MinValue])
        {
            AssertRefuses<ArgumentOutOfRangeException>(
                "maxDegreeOfParallelism",
                () => texts.TryAddRange(keys, values, degree),
                () => texts.TryAddRange(utf8, values, degree),
                () => texts.SetRange(keys, values, degree),
                () => texts.SetRange(utf8, values, degree),
                () => bytes.TryAddRange(utf8, values, degree),
                () => bytes.SetRange(utf8, values, degree),
                () => blobs.TryAddRange(keys, blobValues, degree),
                () => blobs.TryAddRange(utf8, blobValues, degree),
                () => blobs.SetRange(keys, blobValues, degree),
                () => blobs.SetRange(utf8, blobValues, degree));
        }

        AssertRefuses<ArgumentException>(
            "values",
            () => texts.TryAddRange(keys, values.AsSpan(1), 4),
            () => bytes.SetRange(utf8, values.AsSpan(1), 4),
            () => blobs.TryAddRange(keys, blobValues.AsSpan(1), 4));
        keys[Length / 2] = null!;
        utf8[Length / 2] = new byte[32_767];
        AssertRefuses<ArgumentException>(
            "keys",
            () => texts.TryAddRange(keys, values, 4),
            () => texts.SetRange(utf8, values, 4),
            () => bytes.TryAddRange(utf8, values, 4),
            () => bytes.SetRange(utf8, values, 4),
            () => blobs.SetRange(keys, blobValues, 4),
            () => blobs.TryAddRange(utf8, blobValues, 4));
        texts.SetRange((string[])[], [], 4);
        Assert.Equal(0, bytes.TryAddRange([], [], 4));
        Assert.Equal((0, 0, 0), (texts.Count, bytes.Count, blobs.Count));
    }

    [Fact]
    public void Ranges_DisposedMap_Throw()
    {
        TextShardMap<long> texts = new();
        BlobShardMap blobs = new();
        string[] keys = Keys();
        long[] values = Values();
        texts.Dispose();
        blobs.Dispose();
        Assert.Throws<ObjectDisposedException>(() => texts.SetRange(keys, values, 4));
        Assert.Throws<ObjectDisposedException>(() => texts.TryAddRange((string[])[], [], 4));
        Assert.Throws<ObjectDisposedException>(() => blobs.TryAddRange(keys, BlobsOf(values), 4));
    }

    [Fact]
    public void Ranges_FromACallback_AreRefusedOrStayOnItsThread()
    {
        using TextShardMap<long> map = new();
        using TextShardMap<long> other = new();
        string[] keys = Keys();
        long[] values = Values();
        map.GetOrAdd("first", _ =>
        {
            Assert.Throws<InvalidOperationException>(() => map.SetRange(keys, values, 4));
            other.SetRange(keys, values, 4);
            return 7;
        });
        Assert.Equal((1, Length), (map.Count, other.Count));
    }

    [Fact]
    public void Ranges_CollectorMovesObjectsMeanwhile_WriteTheKeys()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 16 });
        long[] values = Values();
        bool isDone = false;
        Thread collector = new(() =>
        {
            do
            {
                GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
                Thread.Sleep(5); // a collection that follows at once can keep all other threads stopped
            }
            while (!Volatile.Read(ref isDone));
        });
        collector.Start();
        try
        {
            for (int round = 0; round < 5; round++)
            {
                map.SetRange(Keys(), values, 4); // keys that are new every time, and so not where they will stay
            }
        }
        finally
        {
            Volatile.Write(ref isDone, true);
            collector.Join();
        }

        Assert.Equal(Length, map.Count);
        string[] keys = Keys();
        Assert.All(Enumerable.Range(0, Length), i => Assert.Equal(values[i], map[keys[i]]));
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    /// <summary>Keys of every form: inline, of two and of four vectors, longer, and not ASCII.</summary>
    private static string KeyOf(int number) => (number % 5) switch
    {
        0 => $"k{number}",
        1 => $"key number {number:D10}",
        2 => $"key number {number:D35}",
        3 => $"key number {number:D90}",
        _ => $"κλειδί {number}",
    };

    private static string[] Keys() => [.. Enumerable.Range(0, Length).Select(KeyOf)];

    private static long[] Values() => [.. Enumerable.Range(0, Length).Select(static number => number * 3L)];

    private static ReadOnlyMemory<byte>[] Utf8Of(string[] keys) =>
        Array.ConvertAll(keys, static key => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(key)));

    private static ReadOnlyMemory<byte>[] BlobsOf(long[] values) =>
        Array.ConvertAll(values, static value => new ReadOnlyMemory<byte>(BitConverter.GetBytes(value)));

    private static void AssertRefuses<TException>(string parameter, params Action[] calls)
        where TException : ArgumentException =>
        Assert.All(calls, call => Assert.Equal(parameter, Assert.Throws<TException>(call).ParamName));
}
