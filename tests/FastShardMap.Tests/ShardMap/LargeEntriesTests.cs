using System.Runtime.CompilerServices;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests;

/// <summary>
/// The largest entries there may be, through every operation of every map and on a small stack; and one byte more.
/// </summary>
public sealed partial class LargeEntriesTests
{
    private const int StackBytes = 256 * 1024;
    private const int Count = 12;

    /// <summary>In a process of its own: what goes wrong here is a stack overflow, which ends the process.</summary>
    [Theory]
    [InlineData(nameof(InAChild_LargestValue))]
    [InlineData(nameof(InAChild_LargestKey))]
    [InlineData(nameof(InAChild_LargeKeyAndValue))]
    public void Entries_OfTheLargestSize_PassEveryOperationOnASmallStack(string test) =>
        ChildProcess.RunTest(":", typeof(LargeEntriesTests), test);

    [Fact]
    public void Constructor_OneByteTooMany_IsRefusedByName()
    {
        AssertRefused<byte, Most>(static () => new ShardMap<byte, Most>());
        AssertRefused<byte, Most>(static () => new ShardMap<byte, Most>(10));
        AssertRefused<byte, Most>(static () => new ShardMap<byte, Most>(new ShardMapOptions()));
        AssertRefused<byte, Most>(static () => new ShardMap<byte, Most, DefaultHasher<byte>>());
        AssertRefused<SizedKey<Most>, byte>(static () => new ShardMap<SizedKey<Most>, byte>());
        AssertRefused<SizedKey<Half>, HalfAndOne>(static () => new ShardMap<SizedKey<Half>, HalfAndOne>());
        AssertRefused<byte, Most>(static () => new GuardedShardMap<byte, Most, MutexGuard>());
        AssertRefused<byte, Most>(static () => new ChannelShardMap<byte, Most>());
        AssertRefused<byte, Most>(static () => ShardMap<byte, Most>.Load(Stream.Null));
        AssertRefused<byte, Most>(
            static () => ShardMap<byte, Most, DefaultHasher<byte>>.LoadAsync(Stream.Null).GetAwaiter().GetResult());
        AssertRefused<byte, Gigantic>(static () => new ShardMap<byte, Gigantic>());
        AssertRefused<byte, Gigantic>(static () => ShardMap<byte, Gigantic>.Load(Stream.Null));

        SeqLocked<Most> largest = new();
        Assert.Equal(0, largest.Version);
        NotSupportedException exception = Assert.Throws<NotSupportedException>(
            static () => new SeqLocked<MostAndOne>());
        Assert.Contains("MostAndOne has 8193 bytes", exception.Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(static () => new SeqLocked<Gigantic>());
    }

    [Fact(Explicit = true)]
    public void InAChild_LargestValue()
    {
        OnASmallStack(AllOperations<byte, MostButOne>());
        OnASmallStack(Cells<Most>());
    }

    [Fact(Explicit = true)]
    public void InAChild_LargestKey() => OnASmallStack(AllOperations<SizedKey<MostButOne>, byte>());

    [Fact(Explicit = true)]
    public void InAChild_LargeKeyAndValue() => OnASmallStack(AllOperations<SizedKey<Half>, Half>());

    private static void AssertRefused<TKey, TValue>(Action create)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        NotSupportedException exception = Assert.Throws<NotSupportedException>(create);
        int keyBytes = Unsafe.SizeOf<TKey>();
        int valueBytes = Unsafe.SizeOf<TValue>();
        Assert.Contains($"{typeof(TKey)} has {keyBytes} bytes", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"{typeof(TValue)} has {valueBytes} bytes", exception.Message, StringComparison.Ordinal);
    }

    // Every step in a frame of its own, as a user's call is: compilers keep all copies of a method apart.
    private static void OnASmallStack(IEnumerable<Action> steps)
    {
        Exception? failure = null;
        Thread thread = new(() => failure = Record.Exception(() => Perform(steps)), StackBytes);
        thread.Start();
        thread.Join();
        Assert.True(failure is null, failure?.ToString());
    }

    private static void Perform(IEnumerable<Action> steps)
    {
        foreach (Action step in steps)
        {
            step();
        }
    }

    private static IEnumerable<Action> AllOperations<TKey, TValue>()
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        using ShardMap<TKey, TValue> map = new(new ShardMapOptions { ShardCount = 2, MigrationStepGroups = 1 });
        yield return () => Fill(map);
        foreach (Action step in Writes(map).Concat(Deadlines(map)).Concat(Callbacks(map)).Concat(Enumerations(map))
            .Concat(Copies(map)).Concat(Files(map)).Concat(Audited(map)).Concat(Exclusive(map)))
        {
            yield return step;
        }

        using GuardedShardMap<TKey, TValue, MutexGuard> mutex = new(2);
        using GuardedShardMap<TKey, TValue, ReaderWriterGuard> shared = new(2);
        using ChannelShardMap<TKey, TValue> channel = new(2);
        foreach (Action step in BackEnd(mutex).Concat(BackEnd(shared)).Concat(BackEnd(channel)))
        {
            yield return step;
        }
    }

    private static void Fill<TKey, TValue>(IConcurrentMap<TKey, TValue> map)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        for (int i = 0; i < Count; i++)
        {
            map[Stamped<TKey>(i)] = Stamped<TValue>(i);
        }
    }

    private static IEnumerable<Action> Writes<TKey, TValue>(ShardMap<TKey, TValue> map)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        return
        [
            () => AssertSame(1, map[Stamped<TKey>(1)]),
            () => Assert.Throws<ArgumentException>(() => map.Add(Stamped<TKey>(1), Stamped<TValue>(2))),
            () => Assert.False(map.TryAdd(Stamped<TKey>(1), Stamped<TValue>(2))),
            () => AssertSame(1, map.GetOrAdd(Stamped<TKey>(1), Stamped<TValue>(2))),
            () => Assert.True(map.TryExchange(Stamped<TKey>(1), Stamped<TValue>(2), out _)),
            () => Assert.True(map.TryUpdate(Stamped<TKey>(1), Stamped<TValue>(1), Stamped<TValue>(2))),
            () => Assert.False(map.TryUpdate(Stamped<TKey>(1), Stamped<TValue>(1), Stamped<TValue>(2))),
            () => map.Add(Stamped<TKey>(Count), Stamped<TValue>(3)),
            () => Assert.False(map.TryRemove(new KeyValuePair<TKey, TValue>(Stamped<TKey>(Count), Stamped<TValue>(4)))),
            () => Assert.True(map.TryRemove(new KeyValuePair<TKey, TValue>(Stamped<TKey>(Count), Stamped<TValue>(3)))),
            () => AssertSame(3, map.GetOrAdd(Stamped<TKey>(Count), Stamped<TValue>(3))),
            () => Assert.True(map.TryRemove(Stamped<TKey>(Count), out _)),
            () => Assert.Equal(
                1, map.TryGetValues([Stamped<TKey>(1), Stamped<TKey>(Count)], new TValue[2], new bool[2])),
        ];
    }

    private static IEnumerable<Action> Deadlines<TKey, TValue>(ShardMap<TKey, TValue> map)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        TimeSpan timeout = TimeSpan.FromSeconds(30);
        Functor<TKey, TValue> functor = default;
        return
        [
            () => Assert.Equal(DeadlineResult.Done, map.TryAdd(Stamped<TKey>(Count), Stamped<TValue>(1), timeout)),
            () => Assert.Equal(DeadlineResult.Done, map.TrySet(Stamped<TKey>(Count), Stamped<TValue>(2), timeout)),
            () => Assert.Equal(DeadlineResult.Done, map.TryUpdate(Stamped<TKey>(Count), ref functor, timeout)),
            () => Assert.Equal(
                DeadlineResult.Done,
                map.TryUpdate(Stamped<TKey>(Count), Stamped<TValue>(4), Stamped<TValue>(3), timeout)),
            () => Assert.Equal(DeadlineResult.Done, map.TryRemove(Stamped<TKey>(Count), out _, timeout)),
        ];
    }

    private static IEnumerable<Action> Callbacks<TKey, TValue>(ShardMap<TKey, TValue> map)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        Functor<TKey, TValue> functor = default;
        return
        [
            () => AssertSame(1, map.GetOrAdd(Stamped<TKey>(Count), static _ => Stamped<TValue>(1))),
            () => AssertSame(1, map.GetOrAdd(Stamped<TKey>(Count), static (_, number) => Stamped<TValue>(number), 2)),
            () => AssertSame(1, map.GetOrAdd(Stamped<TKey>(Count), ref functor)),
            () => AssertSame(
                2, map.AddOrUpdate(Stamped<TKey>(Count), Stamped<TValue>(7), static (_, value) => Next(value))),
            () => AssertSame(
                3,
                map.AddOrUpdate(
                    Stamped<TKey>(Count), static _ => Stamped<TValue>(7), static (_, value) => Next(value))),
            () => AssertSame(
                4,
                map.AddOrUpdate(
                    Stamped<TKey>(Count), static (_, _) => Stamped<TValue>(7), static (_, value, _) => Next(value), 0)),
            () => AssertSame(5, map.AddOrUpdate(Stamped<TKey>(Count), ref functor)),
            () => Assert.True(
                map.TryUpdate(Stamped<TKey>(Count), static (ref TValue value, int _) => value = Next(value), 0)),
            () => Assert.True(map.TryUpdate(Stamped<TKey>(Count), ref functor)),
            () => Assert.True(map.TryUpdateOrRemove(Stamped<TKey>(Count), ref functor)),
            () => AssertSame(8, map[Stamped<TKey>(Count)]),
            () => Assert.True(map.TryUpdateOrRemove(Stamped<TKey>(Count), static (ref TValue _, int _) => false, 0)),
            () => Assert.False(map.ContainsKey(Stamped<TKey>(Count))),
        ];
    }

    private static IEnumerable<Action> Enumerations<TKey, TValue>(ShardMap<TKey, TValue> map)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        return
        [
            () =>
            {
                int seen = 0;
                foreach (KeyValuePair<TKey, TValue> entry in map)
                {
                    seen += IsWhole(entry) ? 1 : 0;
                }

                Assert.Equal(Count, seen);
            },
            () => Assert.Equal(Count, map.Count(IsWhole)),
            () => Assert.Equal(Count, map.ToArray().Count(IsWhole)),
            () => Assert.Equal(Count, map.CopyTo(new KeyValuePair<TKey, TValue>[Count])),
            () =>
            {
                using ShardMapSnapshot<TKey, TValue> snapshot = map.Snapshot();
                int seen = 0;
                foreach (KeyValuePair<TKey, TValue> entry in snapshot)
                {
                    seen += IsWhole(entry) ? 1 : 0;
                }

                Assert.Equal(Count, seen);
            },
            () =>
            {
                using ShardMapSnapshot<TKey, TValue> snapshot = map.Snapshot();
                Assert.Equal(Count, snapshot.Count(IsWhole));
            },
            () =>
            {
                using ShardMapSnapshot<TKey, TValue> snapshot = map.Snapshot();
                Assert.Equal(Count, snapshot.ToArray().Count(IsWhole));
            },
            () =>
            {
                using ShardMapSnapshot<TKey, TValue> snapshot = map.Snapshot();
                AssertSame(1, snapshot[Stamped<TKey>(1)]);
            },
        ];
    }

    private static IEnumerable<Action> Copies<TKey, TValue>(ShardMap<TKey, TValue> map)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        return
        [
            () =>
            {
                using ShardMap<TKey, TValue> clone = map.Clone();
                Assert.Equal(Count, clone.Count(IsWhole));
            },
            () =>
            {
                using ShardMap<TKey, TValue> clone = map.Clone(new ShardMapOptions { ShardCount = 1 });
                Assert.Equal(Count, clone.Count(IsWhole));
            },
            () =>
            {
                using ShardMap<TKey, TValue> copied = new();
                Assert.Equal(Count, map.CopyTo(copied));
                Assert.Equal(Count, copied.MergeFrom(map, static (_, _, other) => other));
                Assert.Equal(Count, copied.Count(IsWhole));
            },
            () => map.EnsureCapacity(100),
            () => map.TrimExcess(),
            () => Assert.Equal(Count, map.GetProbeLengths().Sum()),
            () => Assert.Empty(map.Shards.FindViolations()),
        ];
    }

    private static IEnumerable<Action> Files<TKey, TValue>(ShardMap<TKey, TValue> map)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        return
        [
            () =>
            {
                using MemoryStream file = new();
                map.Save(file);
                file.Position = 0;
                using ShardMap<TKey, TValue> loaded = ShardMap<TKey, TValue>.Load(file);
                Assert.Equal(Count, loaded.Count(IsWhole));
                file.Position = 0;
                using ShardMap<TKey, TValue> merged = new();
                Assert.Equal(Count, merged.MergeFrom(file));
            },
            () =>
            {
                using MemoryStream file = new();
                map.SaveAsync(file).GetAwaiter().GetResult();
                file.Position = 0;
                using ShardMap<TKey, TValue> loaded = ShardMap<TKey, TValue>.LoadAsync(file).GetAwaiter().GetResult();
                Assert.Equal(Count, loaded.Count(IsWhole));
            },
        ];
    }

    private static IEnumerable<Action> Audited<TKey, TValue>(ShardMap<TKey, TValue> map)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        AuditedShardMap<TKey, TValue, DefaultHasher<TKey>> audited = new(map);
        return
        [
            () => audited.Add(Stamped<TKey>(Count), Stamped<TValue>(1)),
            () => audited[Stamped<TKey>(Count)] = Stamped<TValue>(2),
            () => AssertSame(
                3,
                audited.AddOrUpdate(
                    Stamped<TKey>(Count), static _ => Stamped<TValue>(7), static (_, value) => Next(value))),
            () => AssertSame(3, audited.GetOrAdd(Stamped<TKey>(Count), Stamped<TValue>(7))),
            () => Assert.True(audited.TryExchange(Stamped<TKey>(Count), Stamped<TValue>(4), out _)),
            () => Assert.True(audited.TryUpdate(Stamped<TKey>(Count), Stamped<TValue>(5), Stamped<TValue>(4))),
            () => AssertSame(5, audited[Stamped<TKey>(Count)]),
            () => Assert.True(audited.TryRemove(Stamped<TKey>(Count), out _)),
            () => Assert.NotEmpty(audited.GetRecent()),
            () => audited.Dispose(),
        ];
    }

    private static IEnumerable<Action> Exclusive<TKey, TValue>(ShardMap<TKey, TValue> map)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        return
        [
            () => map.EnterExclusive(),
            () => map.Exclusive!.Add(Stamped<TKey>(Count), Stamped<TValue>(1)),
            () => map.Exclusive![Stamped<TKey>(Count)] = Stamped<TValue>(2),
            () => AssertSame(
                3,
                map.Exclusive!.AddOrUpdate(
                    Stamped<TKey>(Count), static _ => Stamped<TValue>(7), static (_, value) => Next(value))),
            () => AssertSame(3, map.Exclusive![Stamped<TKey>(Count)]),
            () => Assert.Equal(Count + 1, map.Exclusive!.ToArray().Length),
            () => Assert.True(map.Exclusive!.TryRemove(Stamped<TKey>(Count), out _)),
            () => map.Exclusive!.Dispose(),
        ];
    }

    private static IEnumerable<Action> BackEnd<TKey, TValue>(IConcurrentMap<TKey, TValue> map)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        return
        [
            () => Fill(map),
            () => map.Add(Stamped<TKey>(Count), Stamped<TValue>(1)),
            () => Assert.False(map.TryAdd(Stamped<TKey>(Count), Stamped<TValue>(1))),
            () => AssertSame(
                2,
                map.AddOrUpdate(
                    Stamped<TKey>(Count), static _ => Stamped<TValue>(7), static (_, value) => Next(value))),
            () => Assert.True(map.TryUpdate(Stamped<TKey>(Count), Stamped<TValue>(3), Stamped<TValue>(2))),
            () => AssertSame(3, map[Stamped<TKey>(Count)]),
            () => Assert.True(map.TryRemove(Stamped<TKey>(Count), out _)),
            () => Assert.Equal(Count, map.ToArray().Count(IsWhole)),
        ];
    }

    private static IEnumerable<Action> Cells<T>()
        where T : unmanaged
    {
        SeqLocked<T> cell = new(Stamped<T>(1));
        return
        [
            () => AssertSame(1, cell.Exchange(Stamped<T>(2))),
            () => AssertSame(3, cell.Update(static value => Next(value))),
            () => AssertSame(4, cell.Update(static (value, _) => Next(value), 0)),
            () => cell.Store(Stamped<T>(5)),
            () => AssertSame(5, cell.Load()),
        ];
    }
}
