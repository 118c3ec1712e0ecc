using System.Diagnostics;
using System.Globalization;
using FastShardMap.Tests.Snapshots;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests;

public class ExclusiveTests
{
    [Fact]
    public void Operations_OfTheOwner_WorkThroughGrowthAndAfter()
    {
        using ShardMap<long, long> map = new(TinyMaps.Options(shards: 4));
        map[-1] = -1;
        Dictionary<long, long> expected = new() { [-1] = -1 };
        using (ShardMapExclusive<long, long, DefaultHasher<long>> exclusive = map.EnterExclusive())
        {
            Assert.Same(exclusive, map.Exclusive);
            for (long key = 0; key < 2000; key++)
            {
                Assert.True(exclusive.TryAdd(key, key));
                Assert.False(exclusive.TryAdd(key, 0));
                expected[key] = key;
                if (key % 3 == 0)
                {
                    exclusive[key] = expected[key] = -key;
                }
                else if (key % 3 == 1)
                {
                    Assert.True(exclusive.TryRemove(key, out long removed));
                    Assert.Equal(key, removed);
                    expected.Remove(key);
                }

                Assert.Equal(expected.ContainsKey(key), exclusive.TryGetValue(key, out _));
            }

            Assert.Equal(5, exclusive.AddOrUpdate(1, _ => 5, (_, old) => old + 1));
            Assert.Equal(6, exclusive.AddOrUpdate(1, _ => 5, (_, old) => old + 1));
            expected[1] = 6;
            Assert.Equal(expected.Count, exclusive.Count);
            Assert.Equal(expected.Count, map.Count);
            TinyMaps.AssertSame(expected, exclusive.ToArray());
            Assert.Throws<KeyNotFoundException>(() => exclusive[1_000_000]);
        }

        Assert.Null(map.Exclusive);
        TinyMaps.AssertSame(expected, map);
        Task.Run(() => map[-2] = 2).Wait();
        Assert.Equal(2, map[-2]);
    }

    [Fact]
    public void Operations_OfAnotherThread_AreRefusedAndNamed()
    {
        using ShardMap<long, long> map = new();
        map[1] = 1;
        ShardMapExclusive<long, long, DefaultHasher<long>> exclusive = map.EnterExclusive();
        exclusive.TryAdd(2, 2);
        string owner = Environment.CurrentManagedThreadId.ToString(CultureInfo.InvariantCulture);
        (string Name, Action Call)[] calls =
        [
            ("read", () => map.TryGetValue(1, out _)),
            ("read", () => map.TryGetValue(99, out _)),
            ("read", () => map.TryGetValues([1], new long[1], new bool[1])),
            ("write", () => map[1] = 2),
            ("write", () => map.TryRemove(1, out _)),
            ("write", () => map.TryAdd(5, 5, TimeSpan.FromSeconds(10))),
            ("write", map.Clear),
            ("write", () => map.ToArray()),
            ("write", () => map.Snapshot()),
            ("enumerate", () => map.Sum(item => item.Value)),
            ("dispose", map.Dispose),
            ("take", () => map.EnterExclusive()),
            (nameof(exclusive.TryGetValue), () => exclusive.TryGetValue(1, out _)),
            (nameof(exclusive.TryAdd), () => exclusive.TryAdd(7, 7)),
            (nameof(exclusive.TryRemove), () => exclusive.TryRemove(1, out _)),
            (nameof(exclusive.ToArray), () => exclusive.ToArray()),
            (nameof(exclusive.Dispose), exclusive.Dispose),
        ];
        foreach ((string name, Action call) in calls)
        {
            string other = "";
            Exception? exception = null;
            Thread thread = new(() =>
            {
                other = Environment.CurrentManagedThreadId.ToString(CultureInfo.InvariantCulture);
                exception = Record.Exception(call);
            });
            thread.Start();
            Assert.True(thread.Join(TimeSpan.FromSeconds(30)), name);
            InvalidOperationException refused = Assert.IsType<InvalidOperationException>(exception);
            Assert.StartsWith("Concurrent", refused.Message, StringComparison.Ordinal);
            Assert.Contains($"thread {owner} ", refused.Message, StringComparison.Ordinal);
            Assert.Contains($"thread {other} ", refused.Message, StringComparison.Ordinal);
            Assert.Contains(name, refused.Message, StringComparison.Ordinal);
            Assert.Contains("TryAdd", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(2, exclusive.Count);
        exclusive.Dispose();
        exclusive.Dispose();
        Assert.Throws<ObjectDisposedException>(() => exclusive.TryAdd(3, 3));
        TinyMaps.AssertSame(new Dictionary<long, long> { [1] = 1, [2] = 2 }, map);
    }

    [Fact]
    public void Operations_OfTheOwnerThroughTheMap_ReadAndRefuseTheRest()
    {
        using ShardMap<long, long> map = new();
        map[1] = 1;
        using ShardMapSnapshot<long, long> snapshot = map.Snapshot();
        using (map.EnterExclusive())
        {
            Assert.Equal(1, map[1]);
            Assert.False(map.ContainsKey(2));
            Assert.All<Action>(
                [() => map[2] = 2, map.Clear, () => map.EnterExclusive(), () => map.Snapshot(), () => map.TrimExcess()],
                call => Assert.Contains(
                    "EnterExclusive",
                    Assert.Throws<InvalidOperationException>(call).Message,
                    StringComparison.Ordinal));
            snapshot.Dispose();
        }

        map[2] = 2;
        Assert.Equal(2, map.Count);
    }

    [Fact]
    public void AddOrUpdate_CallbackCallsBack_IsRefused()
    {
        using ShardMap<long, long> map = new();
        using ShardMapExclusive<long, long, DefaultHasher<long>> exclusive = map.EnterExclusive();
        Assert.Throws<InvalidOperationException>(
            () => exclusive.AddOrUpdate(1, _ => exclusive.TryAdd(2, 2) ? 1 : 0, (_, old) => old));
        Assert.Throws<NotSupportedException>(
            () => exclusive.AddOrUpdate(1, _ => throw new NotSupportedException(), (_, old) => old));
        Assert.Equal(0, exclusive.Count);
        Assert.Equal(7, exclusive.AddOrUpdate(1, _ => exclusive.TryGetValue(2, out _) ? 1 : 7, (_, old) => old));
    }

    /// <summary>
    /// Otherwise a write inside the search of another could grow the table under it, or insert a key twice.
    /// </summary>
    [Fact]
    public void Operations_EqualsOfTheKeyWrites_IsRefused()
    {
        using ShardMap<HookedKey, long, HookedKey.Hasher> map = new(TinyMaps.Options(shards: 1));
        using ShardMapExclusive<HookedKey, long, HookedKey.Hasher> exclusive = map.EnterExclusive();
        exclusive.TryAdd(new HookedKey(1), 1);
        Action[] calls =
        [
            () => exclusive.TryAdd(new HookedKey(2), 2), () => exclusive[new HookedKey(2)] = 2,
            () => exclusive.TryRemove(new HookedKey(1), out _),
            () => exclusive.TryGetValue(new HookedKey(1), out _), () => map.TryGetValue(new HookedKey(1), out _),
        ];
        foreach (Action call in calls)
        {
            HookedKey.OnEquals = _ =>
            {
                HookedKey.OnEquals = null;
                exclusive.TryAdd(new HookedKey(2), 3);
            };
            Assert.Throws<InvalidOperationException>(call);
        }

        HookedKey.OnEquals = null;
        Assert.Equal(1, Assert.Single(exclusive.ToArray()).Value);
    }

    /// <summary>Thread ids are given again, but not that of an owner that has ended before its phase.</summary>
    [Fact]
    public void Phase_ItsThreadHasEnded_IsNobodyElses()
    {
        ShardMap<long, long> map = new(); // nobody can end the phase, and nobody dispose the map, any more
        ShardMapExclusive<long, long, DefaultHasher<long>>? exclusive = null;
        RunOnAThread(() => exclusive = map.EnterExclusive());
        for (int round = 0; round < 3; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        // All alive at once, so that they take every id that is free.
        using Barrier all = new(40);
        Race race = new(TimeSpan.FromSeconds(20));
        for (int thread = 0; thread < all.ParticipantCount; thread++)
        {
            race.Once($"thread {thread}", () =>
            {
                all.SignalAndWait();
                Assert.Throws<InvalidOperationException>(() => exclusive!.TryAdd(1, 1));
            });
        }

        race.Run();
        Assert.Equal(0, map.Count);
    }

    // Apart, so that nothing on the caller's stack keeps the thread's object.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void RunOnAThread(Action action)
    {
        Thread thread = new(() => action());
        thread.Start();
        thread.Join();
    }

    [Fact]
    public void StartExclusive_Option_BeginsAPhase()
    {
        ShardMapOptions options = new() { StartExclusive = true, Capacity = 100 };
        using ShardMap<long, long> map = new(options);
        Assert.NotNull(map.Exclusive);
        map.Exclusive.TryAdd(1, 1);
        Exception? refused = null;
        Thread other = new(() => refused = Record.Exception(() => map[1]));
        other.Start();
        other.Join();
        Assert.IsType<InvalidOperationException>(refused);
        map.Exclusive.Dispose();
        Assert.Equal(1, Task.Run(() => map[1]).Result);

        using ShardMap<long, long> copy = map.Clone(options);
        Assert.Null(copy.Exclusive);
        Assert.Equal(1, copy[1]);
    }

    [Fact]
    public void Dispose_InAPhase_EndsBoth()
    {
        ShardMap<long, long> map = new();
        ShardMapExclusive<long, long, DefaultHasher<long>> exclusive = map.EnterExclusive();
        exclusive.TryAdd(1, 1);
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => exclusive.TryAdd(2, 2));
        Assert.Throws<ObjectDisposedException>(() => map.EnterExclusive());
        Assert.Throws<ObjectDisposedException>(() => map.Exclusive);
        Assert.InRange(map.BytesAllocated, 0, 32 * 1024);
    }

    /// <summary>
    /// Whatever two threads do, the one that has the map works on undisturbed and the other gets exceptions.
    /// </summary>
    [Fact]
    public void Exclusive_MisusedForAWhile_LosesNothing()
    {
        using ShardMap<long, (long Key, long Inverse)> map = new(TinyMaps.Options(shards: 2));
        map[0] = (0, ~0);
        bool stop = false;
        long detected = 0;
        Exception? failure = null;
        Thread[] intruders = [.. Enumerable.Range(0, 2).Select(index => new Thread(() =>
        {
            Random random = new(index);
            while (!Volatile.Read(ref stop))
            {
                long key = random.Next(3000);
                try
                {
                    if (random.Next(2) == 0)
                    {
                        map[-1 - index] = (1, ~1);
                    }
                    else if (map.TryGetValue(key, out (long Key, long Inverse) value))
                    {
                        Assert.Equal((key, ~key), value);
                    }
                }
                catch (InvalidOperationException)
                {
                    Interlocked.Increment(ref detected);
                }
                catch (Exception exception)
                {
                    failure = exception;
                }
            }
        }))];
        foreach (Thread intruder in intruders)
        {
            intruder.Start();
        }

        Stopwatch watch = Stopwatch.StartNew();
        for (int round = 0; round < 15
            || (Volatile.Read(ref detected) == 0 && watch.Elapsed < TimeSpan.FromSeconds(20)); round++)
        {
            using (ShardMapExclusive<long, (long Key, long Inverse), DefaultHasher<long>> exclusive =
                map.EnterExclusive())
            {
                for (long key = 0; key < 3000; key++)
                {
                    exclusive[key] = (key, ~key);
                }

                for (long key = 1; key < 3000; key += 2)
                {
                    Assert.True(exclusive.TryRemove(key, out _));
                }
            }

            Thread.Yield();
        }

        Volatile.Write(ref stop, true);
        foreach (Thread intruder in intruders)
        {
            intruder.Join();
        }

        Assert.Null(failure);
        Assert.NotEqual(0, detected);
        map.TryRemove(-1, out _);
        map.TryRemove(-2, out _);
        Assert.Equal(1500, map.Count);
        Assert.All(map, item => Assert.Equal((item.Key, ~item.Key), item.Value));
    }

    /// <summary>What a plain Dictionary does in the same place: entries lost, exceptions of any kind, or a loop without
    /// end; so on threads of its own that the test need not wait for.</summary>
    [Fact]
    [Trait("Category", "Heavy")]
    public void Dictionary_MisusedForAWhile_BreaksSilently()
    {
        Assert.SkipWhen(Environment.ProcessorCount < 2, "Needs two processors.");
        HashSet<string> seen = [];
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromSeconds(10) && seen.Count == 0)
        {
            Dictionary<int, int> dictionary = [];
            using Barrier barrier = new(2);
            Thread[] threads = [.. Enumerable.Range(0, 2).Select(index => new Thread(() =>
            {
                barrier.SignalAndWait();
                try
                {
                    for (int key = 0; key < 20_000; key++)
                    {
                        dictionary[(key * 2) + index] = key;
                    }
                }
                catch (Exception exception)
                {
                    lock (seen)
                    {
                        seen.Add(exception.GetType().Name);
                    }
                }
            }) { IsBackground = true })];
            Array.ForEach(threads, thread => thread.Start());
            bool ended = threads.All(thread => thread.Join(TimeSpan.FromSeconds(3)));
            lock (seen)
            {
                if (!ended)
                {
                    seen.Add("a loop without end");
                    break; // the thread may still use the barrier's memory: leave it alone
                }

                if (dictionary.Count != 40_000 || Enumerable.Range(0, 40_000).Any(key => !dictionary.ContainsKey(key)))
                {
                    seen.Add("entries lost");
                }
            }
        }

        Assert.NotEmpty(seen);
    }
}
