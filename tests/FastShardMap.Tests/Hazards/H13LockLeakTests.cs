using FastShardMap.Sharding;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Hazards;

/// <summary>
/// H13: a lock that nobody gives up, because the caller's code threw under it. Callbacks: CallbackTests.
/// </summary>
public sealed class H13LockLeakTests
{
    [ThreadStatic]
    private static bool t_throws;

    [Fact]
    public void Equals_OfTheKeyThrows_EntryUnchangedAndLockFree()
    {
        using ShardMap<ThrowingKey, int> map = new(new ShardMapOptions { ShardCount = 1 });
        map[new ThrowingKey(1)] = 1;
        Throwing(() =>
        {
            Assert.Throws<TimeZoneNotFoundException>(() => map[new ThrowingKey(1)] = 2);
            Assert.Throws<TimeZoneNotFoundException>(() => map.TryRemove(new ThrowingKey(1), out _));
            Assert.Throws<TimeZoneNotFoundException>(() => map.ContainsKey(new ThrowingKey(1)));
        });
        AssertUsable(map, static number => new ThrowingKey(number), 1);
    }

    [Fact]
    public void Hasher_ThrowsInAMigration_LosesAndDoublesNothing()
    {
        using ShardMap<int, int, ThrowingHasher> map = new(
            new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        int count = 0;
        while (map.GetStatistics().MigrationsActive == 0 || count < 100)
        {
            map[count] = count;
            count++;
        }

        // The hash of the operation's own key is taken before the lock, those of moving entries under it.
        for (int allowed = 1; allowed < 6; allowed++)
        {
            ThrowingHasher.Allowed = allowed;
            _ = Record.Exception(() => map[0] = 0);
            ThrowingHasher.Allowed = int.MaxValue;
            Assert.Empty(map.Shards.FindViolations());
            Assert.Equal(count, map.Count);
        }

        ThrowingHasher.Allowed = 3;
        Assert.Throws<TimeZoneNotFoundException>(() => map.GetProbeLengths());
        ThrowingHasher.Allowed = 3;
        Assert.Throws<TimeZoneNotFoundException>(() => map.Count(static _ => true));
        ThrowingHasher.Allowed = int.MaxValue;
        AssertUsable(map, static number => number, count);
    }

    /// <summary>What a failed step has copied already must not come twice.</summary>
    [Fact]
    public void Enumerator_HasherThrowsOnce_GoesOnWithoutRepeating()
    {
        using ShardMap<int, int, ThrowingHasher> map = new(new ShardMapOptions { ShardCount = 1 });
        for (int key = 0; key < 500; key++)
        {
            map[key] = key;
        }

        HashSet<int> seen = [];
        using ShardMap<int, int, ThrowingHasher>.Enumerator enumerator = map.GetEnumerator();
        bool more = true;
        for (int allowed = 5; more; allowed += 7)
        {
            ThrowingHasher.Allowed = allowed;
            Exception? exception = Record.Exception(() =>
            {
                while (more = enumerator.MoveNext())
                {
                    Assert.True(seen.Add(enumerator.Current.Key), "An entry is seen twice.");
                }
            });
            ThrowingHasher.Allowed = int.MaxValue;
            Assert.True(exception is null or TimeZoneNotFoundException, exception?.ToString());
        }

        Assert.Equal(500, seen.Count);
    }

    [Fact]
    public void Equals_OfTheValueThrows_EntryUnchangedAndLockFree()
    {
        using ShardMap<int, ThrowingKey> map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = new ThrowingKey(1);
        Throwing(() =>
        {
            Assert.Throws<TimeZoneNotFoundException>(() => map.TryUpdate(1, new ThrowingKey(2), new ThrowingKey(1)));
            Assert.Throws<TimeZoneNotFoundException>(() => map.TryRemove(KeyValuePair.Create(1, new ThrowingKey(1))));
        });
        Assert.Equal(new ThrowingKey(1), map[1]);
        AssertFree(() => map.TryRemove(1, out _));
    }

    [Fact]
    public void Addition_Overflows_EntryUnchangedAndLockFree()
    {
        using ShardMap<int, decimal> map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = decimal.MaxValue;
        Assert.Throws<OverflowException>(() => map.AddDelta(1, 1m));
        Assert.Equal(decimal.MaxValue, map[1]);
        AssertFree(() => map[1] = 0);
        Assert.Equal(1m, map.Increment(1));
    }

    [Fact]
    public void Interrupt_WhileWaitingForTheLock_ThrowsAndChangesNothing()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 1;
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim proceed = new();
        Thread owner = new(() => map.TryUpdate(1, (ref int value, int _) =>
        {
            inside.Set();
            proceed.Wait();
            value = 2;
        }, 0)) { IsBackground = true };
        owner.Start();
        inside.Wait();
        Exception? outcome = null;
        Thread waiting = new(() => outcome = Record.Exception(() => map[1] = 3)) { IsBackground = true };
        waiting.Start();
        Thread.Sleep(50); // long enough to be parked; if not, the interrupt waits for it
        waiting.Interrupt();
        Assert.True(waiting.Join(TimeSpan.FromSeconds(20)), "The interrupted thread still waits.");
        Assert.IsType<ThreadInterruptedException>(outcome);
        proceed.Set();
        Assert.True(owner.Join(TimeSpan.FromSeconds(20)));
        Assert.Equal(2, map[1]);
        AssertFree(() => map[1] = 4);
    }

    /// <summary>
    /// Interrupts at any moment, also while a lock is being given up: none may be lost with the lock held.
    /// </summary>
    [Fact]
    public void Interrupt_AtRandom_NeverLeavesALockTaken()
    {
        using ShardMap<int, long> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        map[0] = 0;
        long performed = 0;
        Race race = new(Soak.Time(1));
        Thread?[] threads = new Thread?[3];
        for (int index = 0; index < threads.Length; index++)
        {
            int own = index;
            race.Once($"write {own}", () =>
            {
                Volatile.Write(ref threads[own], Thread.CurrentThread);
                while (race.Goes)
                {
                    try
                    {
                        map.Increment(0);
                        Interlocked.Increment(ref performed);
                    }
                    catch (ThreadInterruptedException)
                    {
                        // Nothing was performed.
                    }
                }

                // An interrupt may still be pending, and must not end what follows.
                Volatile.Write(ref threads[own], null);
                _ = Record.Exception(static () => Thread.Sleep(1));
            });
        }

        race.Loop("interrupt", round =>
        {
            Volatile.Read(ref threads[round % threads.Length])?.Interrupt();
            Thread.SpinWait(500);
        });
        race.Run();
        AssertFree(() => map.Increment(0));
        Assert.Equal(performed + 1, map[0]);
    }

    /// <summary>An unlock passes through a waiting queue's lock; an interrupt must not drive it out of there.</summary>
    [Fact]
    public void Interrupt_InsideTheParkingLot_StaysPending()
    {
        const System.Reflection.BindingFlags Hidden =
            System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static;
        Array queues = (Array)typeof(ParkingLot).GetField("s_buckets", Hidden)!.GetValue(null)!;
        object queue = queues.GetValue(0)!;
        Action enter = queue.GetType().GetMethod("Enter")!.CreateDelegate<Action>(queue);
        Action exit = queue.GetType().GetMethod("Exit")!.CreateDelegate<Action>(queue);
        Exception? outcome = null;
        bool stillPending = false;
        Thread waiting = new(() =>
        {
            outcome = Record.Exception(() =>
            {
                enter();
                exit();
            });
            stillPending = Record.Exception(static () => Thread.Sleep(1)) is ThreadInterruptedException;
        }) { IsBackground = true };
        enter();
        waiting.Start();
        Thread.Sleep(100);
        waiting.Interrupt();
        Thread.Sleep(100);
        exit();
        Assert.True(waiting.Join(TimeSpan.FromSeconds(20)));
        Assert.Null(outcome);
        Assert.True(stillPending);
    }

    /// <summary>A thread's first sleep, and a waker that comes at once: both used to make the event that the thread
    /// sleeps on, and the waker set the one that was thrown away.</summary>
    [Fact]
    public unsafe void Park_TheFirstOfAThread_IsEndedByAWakerThatComesAtOnce()
    {
        const int Rounds = 500;
        int word = 0;
        int* address = &word;
        for (int round = 0; round < Rounds; round++)
        {
            Volatile.Write(ref *address, 2); // owned by a thread with id 1
            Sharding.ThreadState? sleeper = null;
            Thread waiting = new(() =>
            {
                Volatile.Write(ref sleeper, Sharding.ThreadState.Current);
                ParkingLot.Park(address, Sharding.ThreadState.Current, Timeout.Infinite, CancellationToken.None);
            }) { IsBackground = true };
            waiting.Start();
            while (Volatile.Read(ref sleeper) is not { } state || state.WaitingFor != address)
            {
                Thread.Yield();
            }

            Interlocked.Exchange(ref *address, 0);
            ParkingLot.WakeOne(address);
            Assert.True(waiting.Join(TimeSpan.FromSeconds(20)), $"The wake-up of round {round} was lost.");
        }
    }

    private static void AssertUsable<TKey, THasher>(ShardMap<TKey, int, THasher> map, Func<int, TKey> keyOf, int count)
        where TKey : unmanaged, IEquatable<TKey>
        where THasher : struct, IKeyHasher<TKey>
    {
        Assert.Equal(count, map.Count);
        Assert.Empty(map.Shards.FindViolations());
        AssertFree(() => map[keyOf(count)] = 7);
        Assert.Equal(7, map[keyOf(count)]);
    }

    private static void AssertFree(Action write) => new Race(TimeSpan.FromSeconds(20)).Once("write", write).Run();

    private static void Throwing(Action action)
    {
        t_throws = true;
        try
        {
            action();
        }
        finally
        {
            t_throws = false;
        }
    }

    private static void ThrowIfAsked()
    {
        if (t_throws)
        {
            throw new TimeZoneNotFoundException();
        }
    }

    private readonly struct ThrowingKey(int number) : IEquatable<ThrowingKey>
    {
        private readonly int _number = number;

        public bool Equals(ThrowingKey other)
        {
            ThrowIfAsked();
            return _number == other._number;
        }

        public override bool Equals(object? obj) => obj is ThrowingKey other && Equals(other);

        public override int GetHashCode() => _number;
    }

    private readonly struct ThrowingHasher : IKeyHasher<int>
    {
        [ThreadStatic]
        private static int t_allowed;

        // Stored as its distance to the default, so that fresh threads start with no limit.
        public static int Allowed
        {
            set => t_allowed = int.MaxValue - value;
        }

        public ulong Hash(int key, HashSeed seed)
        {
            if (t_allowed == int.MaxValue)
            {
                throw new TimeZoneNotFoundException();
            }

            if (t_allowed != 0)
            {
                t_allowed++;
            }

            return HashMixer.Mix((uint)key, seed);
        }
    }
}
