using FastShardMap.Layout;
using FastShardMap.Sharding;
using ThreadState = FastShardMap.Sharding.ThreadState;

namespace FastShardMap.Tests.Synchronization;

/// <summary>
/// A thread that takes a lock over and over, to finish a snapshot or to trim, must let waiting threads in.
/// </summary>
public sealed unsafe class LockFairnessTests
{
    [Fact]
    public void MoveSome_AThreadIsParked_GetsTheLockNext()
    {
        const int Rounds = 100;
        const int Least = Rounds / 4;
        int most = 0;

        // On a busy machine, a thread that is woken may run late in most rounds. Without the rule it is late in nearly
        // all rounds of every attempt: a wake-up takes longer than the way from one line to the next.
        for (int attempt = 0; attempt < 5 && most < Least; attempt++)
        {
            most = Math.Max(most, CountRoundsInTurn(Rounds));
        }

        Assert.InRange(most, Least, Rounds);
    }

    // In how many rounds the thread that waits gets the lock before the one that releases it and takes it again.
    private static int CountRoundsInTurn(int rounds)
    {
        using ShardMap<ulong, ulong, HookedHasher> map = new(new ShardMapOptions { ShardCount = 1 });
        for (ulong key = 0; key < 10_000; key++)
        {
            map[key] = key;
        }

        using ShardMapSnapshot<ulong, ulong, HookedHasher> snapshot = map.Snapshot(copyNow: false);
        MapHeader* header = map.Shards.Header;
        WriteSide* side = header->WriteSides;
        int entered = 0;
        int before = 0;
        for (int round = 0; round < rounds; round++)
        {
            Thread waiter = new(() =>
            {
                ShardLock.Enter(side, ThreadState.Current);
                Interlocked.Increment(ref entered);
                ShardLock.Exit(side);
            });
            HookedHasher.Hook = () =>
            {
                // Under the lock.
                HookedHasher.Hook = null;
                waiter.Start();
                while (!new LockWord(Volatile.Read(ref side->Lock)).HasWaiters)
                {
                    Thread.Yield();
                }
            };
            Assert.True(map.Shards.ShardAt(0).MoveSome(groups: 4));
            ShardLock.Enter(side, ThreadState.Current);
            before += Volatile.Read(ref entered) > round ? 1 : 0;
            ShardLock.Exit(side);
            waiter.Join();
        }

        GC.KeepAlive(map);
        return before;
    }

    private readonly struct HookedHasher : IKeyHasher<ulong>
    {
        [ThreadStatic]
        private static Action? t_hook;

        public static Action? Hook
        {
            get => t_hook;
            set => t_hook = value;
        }

        public ulong Hash(ulong key, HashSeed seed)
        {
            Hook?.Invoke();
            return default(DefaultHasher<ulong>).Hash(key, seed);
        }
    }
}
