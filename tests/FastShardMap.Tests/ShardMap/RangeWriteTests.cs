using FastShardMap.Memory;
using FastShardMap.Tests.Support;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>Writes of many keys per call, against single writes to a dictionary: in maps within the second-level
/// cache, and in maps beyond it, where the keys ahead are prefetched.</summary>
public sealed class RangeWriteTests
{
    /// <summary>Entries whose tables are larger than the second-level cache that the map assumes.</summary>
    private const long Large = 100_000;

    public static TheoryData<long, int> Shapes => new() { { 0, 1 }, { 0, 4 }, { Large, 1 }, { Large, 4 } };

    public static TheoryData<long> Capacities => [0, Large];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Ranges_AtRandom_DoWhatSingleWritesDo(long capacity, int shards)
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        using Map map = new(new ShardMapOptions { Capacity = capacity, ShardCount = shards });
        Dictionary<ulong, ulong> model = [];
        for (int round = 0; round < 600; round++)
        {
            // Keys are repeated, within a range and in different ones; lengths are around that of the window.
            int length = round % 20 == 0 ? 3000 : random.Next(40);
            ulong[] keys = [.. Enumerable.Range(0, length).Select(_ => (ulong)random.Next(4000))];
            ulong[] values = [.. keys.Select(_ => (ulong)random.NextInt64())];
            bool[] expected = new bool[length];
            bool[] done = new bool[length];
            int step = random.Next(7);
            for (int i = 0; i < length; i++)
            {
                switch (step)
                {
                    case 0 or 1:
                        expected[i] = model.TryAdd(keys[i], values[i]);
                        break;
                    case 2 or 3:
                        expected[i] = model.Remove(keys[i]);
                        break;
                    case 4:
                        model[keys[i]] = values[i];
                        break;
                    default:
                        model[keys[i]] = model.GetValueOrDefault(keys[i]) + (step == 5 ? values[i] : 3);
                        break;
                }
            }

            int count = expected.Count(static one => one);
            switch (step)
            {
                case 0:
                    Assert.Equal(count, map.TryAddRange(keys, values));
                    break;
                case 1:
                    Assert.Equal(count, map.TryAddRange(keys, values, done));
                    Assert.Equal(expected, done);
                    break;
                case 2:
                    Assert.Equal(count, map.TryRemoveRange(keys));
                    break;
                case 3:
                    Assert.Equal(count, map.TryRemoveRange(keys, done));
                    Assert.Equal(expected, done);
                    break;
                case 4:
                    map.SetRange(keys, values);
                    break;
                case 5:
                    map.AddDeltaRange(keys, values);
                    break;
                default:
                    map.AddDeltaRange(keys, 3);
                    break;
            }

            Assert.True(
                model.Count == map.Count,
                $"Seed {seed}, round {round}: {map.Count} entries, not {model.Count}.");
        }

        Assert.True(
            model.OrderBy(static one => one.Key).SequenceEqual(map.ToArray().OrderBy(static one => one.Key)),
            $"Seed {seed}: the entries are not those of the dictionary.");
        Assert.Empty(map.Shards.FindViolations());
    }

    [Theory]
    [MemberData(nameof(Capacities))]
    public void Ranges_Empty_DoNothing(long capacity)
    {
        using Map map = new(capacity);
        map[1] = 2;
        Assert.Equal(0, map.TryAddRange([], []));
        Assert.Equal(0, map.TryAddRange([], [], []));
        map.SetRange([], []);
        map.AddDeltaRange([], (ReadOnlySpan<ulong>)[]);
        map.AddDeltaRange([], 5UL);
        Assert.Equal(0, map.TryRemoveRange([]));
        Assert.Equal(0, map.TryRemoveRange([], []));
        Assert.Equal([KeyValuePair.Create(1UL, 2UL)], map.ToArray());
    }

    [Fact]
    public void Ranges_LengthsDiffer_AreRefusedByName()
    {
        using Map map = new();
        map[1] = 1;
        AssertRefused("values", () => map.TryAddRange([2, 3], [1]));
        AssertRefused("values", () => map.TryAddRange([2, 3], [1, 2, 3]));
        AssertRefused("values", () => map.TryAddRange([2, 3], [], new bool[2]));
        AssertRefused("added", () => map.TryAddRange([2, 3], [1, 2], new bool[1]));
        AssertRefused("added", () => map.TryAddRange([2, 3], [1, 2], []));
        AssertRefused("values", () => map.SetRange([2, 3], [1]));
        AssertRefused("values", () => map.SetRange([], [1]));
        AssertRefused("removed", () => map.TryRemoveRange([1, 2], new bool[1]));
        AssertRefused("removed", () => map.TryRemoveRange([1, 2], []));
        AssertRefused("deltas", () => map.AddDeltaRange([1UL, 2UL], (ReadOnlySpan<ulong>)[1UL]));
        AssertRefused("deltas", () => map.AddDeltaRange([1UL, 2UL], (ReadOnlySpan<ulong>)[]));
        Assert.Equal([KeyValuePair.Create(1UL, 1UL)], map.ToArray());

        void AssertRefused(string parameter, Action call) =>
            Assert.Equal(parameter, Assert.Throws<ArgumentException>(call).ParamName);
    }

    [Fact]
    public void Results_LongerThanTheKeys_KeepTheirEnds()
    {
        using Map map = new();
        bool[] done = [false, false, true];
        Assert.Equal(1, map.TryAddRange([1, 1], [1, 2], done));
        Assert.Equal([true, false, true], done);
        Assert.Equal(1, map.TryRemoveRange([1, 1], done));
        Assert.Equal([true, false, true], done);
    }

    [Fact]
    public void TryAddRange_OneRangeThatGrowsTheMap_AddsAll()
    {
        const int Count = 300_000;
        using Map map = new(new ShardMapOptions { ShardCount = 4 });
        ulong[] keys = [.. Enumerable.Range(0, Count).Select(static number => (ulong)number)];
        ulong[] values = Array.ConvertAll(keys, static key => ~key);
        Assert.Equal(Count, map.TryAddRange(keys, values));
        Assert.Equal(0, map.TryAddRange(keys, keys));
        Assert.Equal(Count, map.Count);
        Assert.All(keys, key => Assert.Equal(~key, map[key]));
        map.SetRange(keys, keys);
        map.AddDeltaRange(keys, keys);
        Assert.All(keys, key => Assert.Equal(2 * key, map[key]));
        Assert.Equal(Count, map.TryRemoveRange(keys));
        Assert.True(map.IsEmpty);
        Assert.Empty(map.Shards.FindViolations());
    }

    [Fact]
    public void TryAddRange_OutOfMemory_HasAddedTheKeysBefore()
    {
        const int Count = 20_000;
        for (int allowed = 0; allowed < 24; allowed += 3)
        {
            using Map map = new(new ShardMapOptions { ShardCount = 4 });
            ulong[] keys = [.. Enumerable.Range(0, Count).Select(static number => (ulong)number)];
            bool[] added = new bool[Count];
            int left = allowed;
            FaultInjection.Allocate = _ => left-- <= 0;
            try
            {
                Assert.Throws<OutOfMemoryException>(() => map.TryAddRange(keys, keys, added));
            }
            finally
            {
                FaultInjection.Allocate = null;
            }

            int first = Array.IndexOf(added, false);
            Assert.True(added.AsSpan(first).IndexOf(true) < 0, "A key after the one that was refused has been added.");
            Assert.Equal(first, map.Count);
            Assert.Equal(keys[..first], map.ToArray().Select(static entry => entry.Key).Order().ToArray());
            Assert.Empty(map.Shards.FindViolations());
            Assert.Equal(Count - first, map.TryAddRange(keys, keys));
        }
    }

    [Theory]
    [MemberData(nameof(Capacities))]
    public void Ranges_OfADisposedMap_Throw(long capacity)
    {
        Map map = new(capacity);
        map[1] = 1;
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.TryAddRange([], []));
        Assert.Throws<ObjectDisposedException>(() => map.TryAddRange([1], [1]));
        Assert.Throws<ObjectDisposedException>(() => map.SetRange([], []));
        Assert.Throws<ObjectDisposedException>(() => map.SetRange([1], [1]));
        Assert.Throws<ObjectDisposedException>(() => map.TryRemoveRange([]));
        Assert.Throws<ObjectDisposedException>(() => map.TryRemoveRange([1]));
        Assert.Throws<ObjectDisposedException>(() => map.AddDeltaRange([], 1UL));
        Assert.Throws<ObjectDisposedException>(() => map.Prefetch(1));
    }

    [Fact]
    public void SetRange_MapDisposedMeanwhile_ThrowsOrEnds()
    {
        for (int round = 0; round < 30; round++)
        {
            Map map = new(Large);
            ulong[] keys = [.. Enumerable.Range(0, 5000).Select(static number => (ulong)number)];
            Race race = new(TimeSpan.Zero);
            race.Once("writer", () =>
            {
                try
                {
                    map.SetRange(keys, keys);
                }
                catch (ObjectDisposedException)
                {
                    // The other outcome.
                }
            });
            race.Once("disposer", map.Dispose);
            race.Run();
            Assert.Throws<ObjectDisposedException>(() => map.Count);
        }
    }

    [Fact]
    public void Ranges_FromACallback_AreRefusedAndChangeNothing()
    {
        using Map map = new();
        map[1] = 1;
        map.AddOrUpdate(1, 0, (_, value) =>
        {
            Assert.Throws<InvalidOperationException>(() => map.TryAddRange([2], [2]));
            Assert.Throws<InvalidOperationException>(() => map.TryAddRange([], []));
            Assert.Throws<InvalidOperationException>(() => map.SetRange([1], [2]));
            Assert.Throws<InvalidOperationException>(() => map.TryRemoveRange([1]));
            Assert.Throws<InvalidOperationException>(() => map.AddDeltaRange([1UL], 2UL));
            map.Prefetch(2);
            return value + 5;
        });
        Assert.Equal([KeyValuePair.Create(1UL, 6UL)], map.ToArray());
    }

    [Theory]
    [MemberData(nameof(Capacities))]
    public void Ranges_OfAnotherMapFromACallback_Happen(long capacity)
    {
        using Map map = new();
        using Map other = new(capacity);
        map.GetOrAdd(1, _ => (ulong)other.TryAddRange([1, 2, 3], [4, 5, 6]));
        Assert.Equal(3UL, map[1]);
        Assert.Equal(3, other.Count);
    }

    [Fact]
    public void SetRange_KeysThatChangeMeanwhile_LeavesEveryEntryWhereItsHashPutsIt()
    {
        using Map map = new(new ShardMapOptions { Capacity = Large, ShardCount = 4 });
        ulong[] keys = new ulong[4000];
        Race race = new(Soak.Time(0.3));
        race.Loop("writer", _ => map.SetRange(keys, keys));
        race.Loop("changer", round =>
        {
            for (int i = 0; i < keys.Length; i++)
            {
                Volatile.Write(ref keys[i], (ulong)((round * 31) + i) % 50_000);
            }
        });
        race.Run();
        Assert.Empty(map.Shards.FindViolations());
        Assert.All(map.ToArray(), entry => Assert.True(map.ContainsKey(entry.Key)));
    }

    [Theory]
    [MemberData(nameof(Capacities))]
    public void AddDeltaRange_ByManyThreads_LosesNothing(long capacity)
    {
        const int Threads = 4;
        const int Rounds = 200;
        using Map map = new(new ShardMapOptions { Capacity = capacity, ShardCount = 2 });
        ulong[] keys = [.. Enumerable.Range(0, 100).Select(static number => (ulong)number)];
        Race race = new(TimeSpan.Zero);
        for (int thread = 0; thread < Threads; thread++)
        {
            race.Once($"adder {thread}", () =>
            {
                for (int round = 0; round < Rounds; round++)
                {
                    map.AddDeltaRange(keys, 1);
                }
            });
        }

        race.Run();
        Assert.All(keys, key => Assert.Equal((ulong)(Threads * Rounds), map[key]));
    }

    [Fact]
    public void TryAddAndRemoveRange_ByManyThreads_AddAndRemoveEachKeyOnce()
    {
        const int Threads = 4;
        using Map map = new(new ShardMapOptions { ShardCount = 2 });
        ulong[] keys = [.. Enumerable.Range(0, 50_000).Select(static number => (ulong)number)];
        int added = 0;
        int removed = 0;
        Race race = new(TimeSpan.Zero);
        for (int thread = 0; thread < Threads; thread++)
        {
            race.Once($"writer {thread}", () =>
            {
                Interlocked.Add(ref added, map.TryAddRange(keys, keys));
                Interlocked.Add(ref removed, map.TryRemoveRange(keys));
            });
        }

        race.Run();
        Assert.Equal(map.Count, added - removed);
        Assert.Empty(map.Shards.FindViolations());
    }

    [Fact]
    public void SetRange_HasherThatThrows_HasWrittenOnlyKeysBefore()
    {
        using ShardMap<ulong, ulong, ThrowingHasher> map = new(Large);
        ulong[] keys = [.. Enumerable.Range(0, 100).Select(static number => (ulong)number)];
        Assert.Throws<InvalidTimeZoneException>(() => map.SetRange(keys, keys));
        Assert.InRange(map.Count, ThrowingHasher.Refused - 16, ThrowingHasher.Refused);
        Assert.All(map.ToArray(), static entry => Assert.InRange(entry.Key, 0UL, ThrowingHasher.Refused - 1UL));
        Assert.Empty(map.Shards.FindViolations());
    }

    [Fact]
    public void SetRange_LargeKeys_AreWrittenWithoutAWindow()
    {
        using ShardMap<LargeKey, long> map = new(Large / 10);
        LargeKey[] keys = [.. Enumerable.Range(0, 100).Select(static number => new LargeKey(number))];
        map.SetRange(keys, [.. Enumerable.Range(0, 100).Select(static number => (long)number)]);
        Assert.Equal(100, map.Count);
        Assert.Equal(7, map[new LargeKey(7)]);
        Assert.Equal(100, map.TryRemoveRange(keys));
    }

    [Fact]
    public void AddDeltaRange_NumbersThatAreNoPrimitives_AreAdded()
    {
        using ShardMap<int, decimal> map = new(Large);
        map.AddDeltaRange([1, 2, 1], [1.5m, 2.5m, 3m]);
        map.AddDeltaRange([1, 2], 1);
        Assert.Equal(5.5m, map[1]);
        Assert.Equal(3.5m, map[2]);
        Assert.Throws<ArgumentNullException>(
            static () => ShardMapNumberExtensions.AddDeltaRange<int, decimal, DefaultHasher<int>>(null!, [1], 1m));
    }

    private readonly struct ThrowingHasher : IKeyHasher<ulong>
    {
        public const int Refused = 50;

        public ulong Hash(ulong key, HashSeed seed) =>
            key == Refused ? throw new InvalidTimeZoneException() : key * 0x9E37_79B9_7F4A_7C15;
    }

    [System.Runtime.CompilerServices.InlineArray(40)]
    private struct LargeKey : IEquatable<LargeKey>
    {
        private long _first;

        public LargeKey(long number) => _first = number;

        public readonly bool Equals(LargeKey other) => _first == other._first;

        public override readonly bool Equals(object? obj) => obj is LargeKey other && Equals(other);

        public override readonly int GetHashCode() => _first.GetHashCode();
    }
}
