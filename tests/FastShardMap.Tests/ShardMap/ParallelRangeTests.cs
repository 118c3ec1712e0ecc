using FastShardMap.Sharding;
using FastShardMap.Tests.Support;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>Writes of a range by several threads.</summary>
public sealed class ParallelRangeTests
{
    /// <summary>Enough keys for four threads.</summary>
    private const int Length = 20_000;

    [Theory]
    [InlineData(1, 4, 0)]
    [InlineData(4, 2, 0)]
    [InlineData(16, 3, 0)]
    [InlineData(16, 4, 100_000)]
    [InlineData(16, -1, 0)]
    public void Ranges_WithRepeatedKeys_DoWhatSingleWritesDo(int shards, int degree, long capacity)
    {
        Random random = new(TestSeed.For($"{shards} {degree} {capacity}"));
        using Map map = new(new ShardMapOptions { ShardCount = shards, Capacity = capacity });
        Dictionary<ulong, ulong> model = [];
        for (int round = 0; round < 6; round++)
        {
            ulong[] keys = [.. Enumerable.Range(0, Length).Select(_ => (ulong)random.Next(30_000))];
            ulong[] values = [.. keys.Select(_ => (ulong)random.NextInt64())];
            if (round % 2 == 0)
            {
                int added = keys.Where((key, i) => model.TryAdd(key, values[i])).Count();
                Assert.Equal(added, map.TryAddRange(keys, values, degree));
            }
            else
            {
                for (int i = 0; i < Length; i++)
                {
                    model[keys[i]] = values[i]; // the last of repeated keys
                }

                map.SetRange(keys, values, degree);
            }

            Assert.Equal(model.Count, map.Count);
        }

        Assert.Equal(
            model.OrderBy(static one => one.Key), map.ToArray().OrderBy(static one => one.Key));
        Assert.Empty(map.Shards.FindViolations());
    }

    [Fact]
    public void Parts_OfARange_AreOfAllKeysOnceAndInOrder()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 16 });
        Assert.Equal(1, map.Shards.PartsOf(8191, 4));
        Assert.Equal(2, map.Shards.PartsOf(8192, 4));
        Assert.Equal(4, map.Shards.PartsOf(1 << 20, 4));
        Assert.Equal(16, map.Shards.PartsOf(1 << 20, 100));
        Assert.Equal(Math.Min(16, Environment.ProcessorCount), map.Shards.PartsOf(1 << 20, -1));
    }

    [Fact]
    public void Ranges_InvalidArguments_AreRefusedByNameAndChangeNothing()
    {
        using Map map = new();
        Assert.Equal("values", Assert.Throws<ArgumentException>(() => map.TryAddRange([1, 2], [1], 2)).ParamName);
        Assert.Equal("values", Assert.Throws<ArgumentException>(() => map.SetRange([1, 2], [1], 2)).ParamName);
        foreach (int degree in (int[])[0, -2, int.MinValue])
        {
            Assert.Equal(
                "maxDegreeOfParallelism",
                Assert.Throws<ArgumentOutOfRangeException>(() => map.TryAddRange([1], [1], degree)).ParamName);
            Assert.Equal(
                "maxDegreeOfParallelism",
                Assert.Throws<ArgumentOutOfRangeException>(() => map.SetRange([1], [1], degree)).ParamName);
        }

        map.SetRange([], [], 2);
        Assert.Equal(0, map.TryAddRange([], [], 2));
        Assert.Equal(0, map.Count);
    }

    [Fact]
    public void Ranges_DisposedMap_Throw()
    {
        Map map = new();
        ulong[] keys = Numbers();
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.SetRange(keys, keys, 4));
        Assert.Throws<ObjectDisposedException>(() => map.TryAddRange(keys, keys, 4));
        Assert.Throws<ObjectDisposedException>(() => map.TryAddRange([], [], 4));
    }

    [Fact]
    public void Ranges_FromACallback_AreRefusedOrStayOnItsThread()
    {
        using Map map = new();
        using Map other = new();
        ulong[] keys = Numbers();
        map.GetOrAdd(1, _ =>
        {
            Assert.Throws<InvalidOperationException>(() => map.SetRange(keys, keys, 4));
            Assert.Throws<InvalidOperationException>(() => map.TryAddRange(keys, keys, 4));
            Assert.Equal(1, other.Shards.PartsOf(Length, 4));
            other.SetRange(keys, keys, 4);
            return 7;
        });
        Assert.Equal((1, Length), (map.Count, other.Count));
    }

    [Fact]
    public void Ranges_HasherThatThrows_ThrowItsExceptionAfterAllThreadsHaveStopped()
    {
        using ShardMap<ulong, ulong, ThrowingHasher> map = new(new ShardMapOptions { ShardCount = 16 });
        ulong[] keys = Numbers();
        keys[Length / 2] = ThrowingHasher.Forbidden;
        Assert.Throws<InvalidTimeZoneException>(() => map.SetRange(keys, keys, 4));
        long count = map.Count;
        Assert.InRange(count, 0, Length - 1);
        Assert.All(map, static entry => Assert.Equal(entry.Key, entry.Value));
        Assert.Equal(count, map.Count);
        keys[Length / 2] = Length / 2;
        Assert.Equal(Length - count, map.TryAddRange(keys, keys, 4));
        Assert.Empty(map.Shards.FindViolations());
    }

    [Fact]
    public void Ranges_LargeKeys_AreWritten()
    {
        using ShardMap<Wide, int, WideHasher> map = new(new ShardMapOptions { ShardCount = 4 });
        Wide[] keys = [.. Enumerable.Range(0, 8192).Select(static number => new Wide(number))];
        map.SetRange(keys, [.. Enumerable.Range(0, keys.Length)], 2);
        Assert.Equal(keys.Length, map.Count);
        Assert.All(Enumerable.Range(0, keys.Length), number => Assert.Equal(number, map[keys[number]]));
    }

    [Fact]
    public void Ranges_CallerInterrupted_EndOnlyWhenAllThreadsHaveStopped()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 16 });
        ulong[] keys = Numbers();
        Exception? failure = null;
        long atTheEnd = -1;
        Thread caller = new(() =>
        {
            Thread.CurrentThread.Interrupt();
            for (int round = 0; round < 20 && failure is null; round++)
            {
                failure = Record.Exception(() => map.SetRange(keys, keys, 4));
            }

            atTheEnd = map.GetStatistics().Count;
        });
        caller.Start();
        caller.Join();
        Assert.True(failure is null or ThreadInterruptedException, $"{failure}");
        Assert.Equal(atTheEnd, map.Count);
        map.SetRange(keys, keys, 4);
        Assert.Equal(Length, map.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Run_AnyNumberOfParts_PerformsEachOnce(int count)
    {
        int[] performed = new int[count];
        Assert.Equal(count, ParallelParts.Run(count, (_, part) => Interlocked.Increment(ref performed[part])));
        Assert.All(performed, static times => Assert.Equal(1, times));
    }

    [Fact]
    public void Run_PartThatFails_StopsTheOthersAndThrowsAfterThem()
    {
        int running = 0;
        int begun = 0;
        Assert.Throws<InvalidTimeZoneException>(() => ParallelParts.Run(4, (all, part) =>
        {
            Interlocked.Increment(ref running);
            try
            {
                if (Interlocked.Increment(ref begun) == 1)
                {
                    throw new InvalidTimeZoneException();
                }

                Assert.True(SpinWait.SpinUntil(() => all.IsStopped, TimeSpan.FromMinutes(1)), "No part has failed.");
                return part;
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }));
        Assert.Equal(0, Volatile.Read(ref running));
    }

    private static ulong[] Numbers() => [.. Enumerable.Range(0, Length).Select(static number => (ulong)number)];

    private readonly struct ThrowingHasher : IKeyHasher<ulong>
    {
        public const ulong Forbidden = ulong.MaxValue;

        public ulong Hash(ulong key, HashSeed seed) =>
            key == Forbidden ? throw new InvalidTimeZoneException() : HashMixer.Mix(key, seed);
    }

    private readonly struct WideHasher : IKeyHasher<Wide>
    {
        public ulong Hash(Wide key, HashSeed seed) => HashMixer.Mix((ulong)key.Number, seed);
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential, Size = 3000)]
    private readonly record struct Wide(long Number);
}
