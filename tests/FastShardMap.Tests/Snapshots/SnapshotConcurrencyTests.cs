using System.Diagnostics;

namespace FastShardMap.Tests.Snapshots;

public class SnapshotConcurrencyTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Each writer goes round its own ring of accounts and moves one unit from each to the next: first out, then in. At
    /// any one instant at most one unit of each writer is on its way, so the snapshot's total is conserved; and the
    /// rounds of a ring fall by at most one along it. A snapshot of two instants breaks both.
    /// </summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(8, false)]
    [InlineData(64, true)]
    public void Snapshot_WhileMoneyMoves_ConservesTheTotal(int shards, bool copyNow)
    {
        const int Writers = 3;
        const int Ring = 40;
        const long Start = 1000;
        using ShardMap<long, (long Balance, long Rounds)> map = new(TinyMaps.Options(shards));
        for (long key = 0; key < Writers * Ring; key++)
        {
            map[key] = (Start, 0);
        }

        int snapshots = 0;
        Run(
            Writers,
            (writer, stop) =>
            {
                for (long at = 0; !stop(); at = (at + 1) % Ring)
                {
                    long from = (writer * Ring) + at;
                    long to = (writer * Ring) + ((at + 1) % Ring);
                    map.TryUpdate(
                        from,
                        static (ref (long Balance, long Rounds) value, int _) => value =
                            (value.Balance - 1, value.Rounds + 1),
                        0);
                    map.TryUpdate(to, static (ref (long Balance, long Rounds) value, int _) => value.Balance++, 0);
                }
            },
            () =>
            {
                using ShardMapSnapshot<long, (long Balance, long Rounds)> snapshot = map.Snapshot(copyNow);
                Assert.Equal(Writers * Ring, snapshot.Count);
                for (int writer = 0; writer < Writers; writer++)
                {
                    long total = 0;
                    long previous = snapshot[writer * Ring].Rounds;
                    long first = previous;
                    for (int at = 0; at < Ring; at++)
                    {
                        (long balance, long rounds) = snapshot[(writer * Ring) + at];
                        total += balance;
                        Assert.InRange(rounds, first - 1, previous);
                        previous = rounds;
                    }

                    Assert.InRange(total, (Ring * Start) - 1, Ring * Start);
                }

                snapshots++;
            },
            () => snapshots > 3);
        Assert.True(snapshots > 3, $"{snapshots} snapshots");
    }

    /// <summary>
    /// Reads, growth, removals and enumeration of the map go on correctly while its tables are frozen and thawed.
    /// </summary>
    [Theory]
    [InlineData(2, true)]
    [InlineData(16, false)]
    public void Snapshot_WhileTheMapChanges_DisturbsNeither(int shards, bool copyNow)
    {
        const int FixedKeys = 500;
        using ShardMap<long, (long Key, long Inverse)> map = new(TinyMaps.Options(shards, step: 2));
        for (long key = 0; key < FixedKeys; key++)
        {
            map[key] = (key, ~key);
        }

        Run(
            3,
            (writer, stop) =>
            {
                Random random = new(writer);
                while (!stop())
                {
                    long key = random.Next(FixedKeys);
                    Assert.True(map.TryGetValue(key, out (long Key, long Inverse) value));
                    Assert.Equal((key, ~key), value);
                    map[key] = (key, ~key);
                    long own = FixedKeys + (random.Next(400) * 3) + writer;
                    if (!map.TryAdd(own, (own, ~own)))
                    {
                        Assert.True(map.TryRemove(own, out value));
                        Assert.Equal((own, ~own), value);
                    }
                    else
                    {
                        Assert.True(map.ContainsKey(own));
                    }
                }
            },
            () =>
            {
                using ShardMapSnapshot<long, (long Key, long Inverse)> snapshot = map.Snapshot(copyNow);
                HashSet<long> keys = [];
                foreach ((long key, (long Key, long Inverse) value) in snapshot)
                {
                    Assert.Equal((key, ~key), value);
                    Assert.True(keys.Add(key));
                }

                Assert.Equal(snapshot.Count, keys.Count);
                Assert.True(keys.IsSupersetOf(Enumerable.Range(0, FixedKeys).Select(key => (long)key)));
                HashSet<long> enumerated = [.. map.Select(item => item.Key)];
                Assert.True(enumerated.IsSupersetOf(Enumerable.Range(0, FixedKeys).Select(key => (long)key)));
            });
    }

    [Fact]
    public void Dispose_WhileOthersRead_EndsInAnExceptionOrTheRightValue()
    {
        using ShardMap<long, (long Key, long Inverse)> map = new(TinyMaps.Options(shards: 1));
        for (long key = 0; key < 200; key++)
        {
            map[key] = (key, ~key);
        }

        ShardMapSnapshot<long, (long Key, long Inverse)> shared = map.Snapshot();
        Run(
            2,
            (reader, stop) =>
            {
                Random random = new(reader);
                while (!stop())
                {
                    long key = random.Next(200);
                    try
                    {
                        Assert.True(Volatile.Read(ref shared).TryGetValue(key, out (long Key, long Inverse) value));
                        Assert.Equal((key, ~key), value);
                    }
                    catch (ObjectDisposedException)
                    {
                        // As promised.
                    }
                }
            },
            () =>
            {
                ShardMapSnapshot<long, (long Key, long Inverse)> next = map.Snapshot();
                Interlocked.Exchange(ref shared, next).Dispose();

                // So that the memory just given back is used anew, with other contents.
                for (long key = 1000; key < 1200; key++)
                {
                    map[key] = (7, 7);
                    map.TryRemove(key, out _);
                }
            });
        shared.Dispose();
    }

    // Observes for the duration, and after it until that is enough, for a minute at most.
    private static void Run(
        int threads, Action<int, Func<bool>> work, Action observe, Func<bool>? isEnough = null)
    {
        bool stop = false;
        Exception? failure = null;
        Thread[] running = [.. Enumerable.Range(0, threads).Select(index => new Thread(() =>
        {
            try
            {
                work(index, () => Volatile.Read(ref stop));
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        }))];
        foreach (Thread thread in running)
        {
            thread.Start();
        }

        try
        {
            Stopwatch watch = Stopwatch.StartNew();
            while (Volatile.Read(ref failure) is null
                && (watch.Elapsed < Duration || (isEnough?.Invoke() == false && watch.Elapsed < Patience)))
            {
                observe();
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            foreach (Thread thread in running)
            {
                thread.Join();
            }
        }

        Assert.Null(failure);
    }
}
