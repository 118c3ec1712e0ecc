using System.Runtime.CompilerServices;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests;

/// <summary>Keys and values of 1 to 256 bytes through the whole interface.</summary>
public sealed class SizedEntriesTests
{
    [Fact]
    public void Values_OfSelectedSizes_PassTheWholeInterface() =>
        Assert.All(SizedBytes.Selection, static bytes => SizedBytes.Run(bytes, default(ValueBody)));

    [Fact]
    public void Keys_OfSelectedSizes_PassTheWholeInterface() =>
        Assert.All(SizedBytes.Selection, static bytes => SizedBytes.Run(bytes, default(KeyBody)));

    [Fact]
    [Trait("Category", "Heavy")]
    public void KeysAndValues_OfEverySize_AreFoundWhole() =>
        Assert.All(Enumerable.Range(1, SizedBytes.Largest), static bytes => SizedBytes.Run(bytes, default(BothBody)));

    [Fact]
    public void TryGetValue_AbsentKeyInAnyStateOfTheTables_ClearsTheValue() =>
        Assert.All(SizedBytes.Selection, static bytes => SizedBytes.Run(bytes, default(AbsentBody)));

    [Fact]
    public void Entries_OfFourKilobytes_PassTheWholeInterface() => Check<int, Page>(static number => number, 40);

    private static void Check<TKey, TValue>(Func<int, TKey> keyOf, int count)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        using ShardMap<TKey, TValue> map = new(new ShardMapOptions { ShardCount = 2, MigrationStepGroups = 1 });
        for (int i = 0; i < count; i++)
        {
            Assert.True(map.TryAdd(keyOf(i), SizedBytes.Stamped<TValue>((byte)i)));
            Assert.Equal((byte)i, SizedBytes.StampOf(map[keyOf(i)]));
        }

        CheckMembers(map, keyOf(0));
        TValue[] values = new TValue[count];
        bool[] found = new bool[count];
        Assert.Equal(count, map.TryGetValues([.. Enumerable.Range(0, count).Select(keyOf)], values, found));
        for (int i = 0; i < count; i++)
        {
            Assert.True(found[i]);
            AssertStamp((byte)i, values[i]);
        }

        Assert.All(map, entry => AssertStamp(SizedBytes.StampOf(map[entry.Key]), entry.Value));
        Assert.Equal(count, map.ToArray().Length);
        map.TrimExcess();
        map.EnsureCapacity(count * 4);
        Assert.Empty(map.Shards.FindViolations());
        for (int i = 0; i < count; i += 2)
        {
            Assert.True(map.TryRemove(keyOf(i), out TValue removed));
            AssertStamp((byte)i, removed);
        }

        for (int i = 0; i < count; i++)
        {
            Assert.Equal(i % 2 == 1, map.TryGetValue(keyOf(i), out TValue value));
            AssertStamp(
                i % 2 == 1 ? (byte)i : SizedBytes.StampOf(value), i % 2 == 1 ? value : SizedBytes.Stamped<TValue>(0));
        }

        map.Clear();
        Assert.Equal(0, map.Count);
    }

    // Few members: with hundreds of sizes it is their compilation that takes the time.
    private static void CheckEssentials<TKey, TValue>(Func<int, TKey> keyOf, int count)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        using ShardMap<TKey, TValue> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        for (int i = 0; i < count; i++)
        {
            map[keyOf(i)] = SizedBytes.Stamped<TValue>((byte)(i + 1));
            map[keyOf(i)] = SizedBytes.Stamped<TValue>((byte)i);
            for (int present = 0; present <= i; present++)
            {
                AssertStamp((byte)present, map[keyOf(present)]);
            }
        }

        int seen = 0;
        foreach (KeyValuePair<TKey, TValue> entry in map)
        {
            seen += SizedBytes.IsWhole(entry.Value) ? 1 : 0;
        }

        Assert.Equal(count, seen);
        for (int i = 0; i < count; i++)
        {
            Assert.True(map.TryRemove(keyOf(i), out TValue removed));
            AssertStamp((byte)i, removed);
            Assert.False(map.ContainsKey(keyOf(i)));
        }
    }

    private static void CheckMembers<TKey, TValue>(ShardMap<TKey, TValue> map, TKey key)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        map[key] = SizedBytes.Stamped<TValue>(1);
        Assert.True(
            map.TryUpdate(
                key, static (ref TValue value, byte stamp) => value = SizedBytes.Stamped<TValue>(stamp), (byte)2));
        AssertStamp(2, map[key]);
        AssertStamp(
            3, map.AddOrUpdate(key, SizedBytes.Stamped<TValue>(9), static (_, _) => SizedBytes.Stamped<TValue>(3)));
        Assert.True(map.TryExchange(key, SizedBytes.Stamped<TValue>(4), out TValue old));
        AssertStamp(3, old);
        AssertStamp(4, map.GetOrAdd(key, SizedBytes.Stamped<TValue>(5)));
        Assert.True(map.TryUpdateOrRemove(key, static (ref TValue value, int _) => false, 0));
        Assert.False(map.ContainsKey(key));
        AssertStamp(0, map.GetOrAdd(key, static _ => SizedBytes.Stamped<TValue>(0)));
    }

    private static void AssertStamp<TValue>(byte stamp, TValue value)
        where TValue : unmanaged
    {
        Assert.True(SizedBytes.IsWhole(value));
        Assert.Equal(stamp, SizedBytes.StampOf(value));
    }

    private readonly struct AbsentBody : ISizedBody
    {
        public void Run<T>()
            where T : unmanaged
        {
            // Growth by one group per write: most lookups find two tables, and every table becomes full.
            using ShardMap<int, T> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
            int migrating = 0;
            for (int key = 0; key < 200; key++)
            {
                map[key] = SizedBytes.Stamped<T>((byte)key);
                migrating += map.GetStatistics().MigrationsActive;
                T[] values = [SizedBytes.Stamped<T>(0xA5)];
                Assert.False(map.TryGetValue(-1 - key, out values[0]));
                Assert.False(SizedBytes.BytesOf(ref values[0]).ContainsAnyExcept((byte)0));
                Assert.True(map.TryGetValue(key / 2, out T value));
                Assert.True(SizedBytes.IsWhole(value) && SizedBytes.StampOf(value) == (byte)(key / 2));
            }

            Assert.NotEqual(0, migrating);
        }
    }

    private readonly struct ValueBody : ISizedBody
    {
        public void Run<T>()
            where T : unmanaged => Check<int, T>(static number => number, 60);
    }

    private readonly struct KeyBody : ISizedBody
    {
        public void Run<T>()
            where T : unmanaged => Check<SizedKey<T>, int>(SizedKey<T>.Of, 60);
    }

    private readonly struct BothBody : ISizedBody
    {
        public void Run<T>()
            where T : unmanaged => CheckEssentials<SizedKey<T>, T>(SizedKey<T>.Of, 40);
    }

    [InlineArray(4096)]
    private struct Page
    {
        private byte _first;
    }
}
