using System.Diagnostics;
using FastShardMap.Caching;
using FastShardMap.Memory;
using FastShardMap.Tests.Memory;

namespace FastShardMap.Tests.Caching;

/// <summary>Posts of work for the maintenance thread beside that work. Compactions and sweeps have the same defences.
/// The tests run alone: the thread is that of the process.</summary>
[Collection(SerialTests.Name)]
public sealed class CachePostTests
{
    /// <summary>The work has looked for something to do, and found nothing. What is posted before it has ended is done
    /// after it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Post_WhileTheWorkEnds_IsDone(bool sweeps)
    {
        WatchedCache cache = new();
        Action post = PostOf(cache, sweeps, out _);
        using ManualResetEventSlim looked = new();
        using ManualResetEventSlim ends = new();
        cache.AfterLook = () =>
        {
            cache.AfterLook = null;
            looked.Set();
            Assert.True(ends.Wait(TimeSpan.FromMinutes(1)));
        };
        post();
        Assert.True(looked.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        cache.Wanted = 1;
        post();
        ends.Set();
        Assert.True(
            SpinWait.SpinUntil(() => cache.Done == 1, TimeSpan.FromMinutes(1)), "What was posted was not done.");
    }

    /// <summary>The work begins at the instant at which another thread has something to do. The work finds it, or the
    /// thread's post is heard. Without the fence between its two steps, the work may look first. How often it does
    /// depends on where the objects are in memory, so there are many.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Post_WhenTheWorkBegins_IsHeardOrFound(bool sweeps)
    {
        // Where the two threads share a processor, a round takes long and finds nothing.
        const int Objects = 100;
        TimeSpan longest = TimeSpan.FromSeconds(20);
        Stopwatch clock = Stopwatch.StartNew();
        byte[] memory = new byte[64 << 20];
        for (int i = 0; i < Objects && clock.Elapsed < longest; i++)
        {
            WatchedCache cache = new();
            Action post = PostOf(cache, sweeps, out IBackgroundWork work);
            SlowWorker worker = new(work, cache, memory);
            Thread thread = new(worker.Run) { IsBackground = true };
            thread.Start();
            try
            {
                RaceWith(worker, cache, post);
            }
            finally
            {
                FaultInjection.Post = null;
                worker.Begin(int.MaxValue);
                thread.Join();
            }
        }
    }

    private static void RaceWith(SlowWorker worker, WatchedCache cache, Action post)
    {
        const int Rounds = 1_000;
        const int SpinsPerRound = 4; // at the end, the work has begun long before the post
        for (int round = 1; round <= Rounds; round++)
        {
            int current = round;
            bool heard = false;

            // What is posted is not queued. Within this call, the work counts as posted.
            FaultInjection.Post = () =>
            {
                FaultInjection.Post = () => heard = true;
                worker.Begin(current);
                for (int spin = current * SpinsPerRound; spin > 0; spin--)
                {
                    _ = cache.Done;
                }

                cache.Wanted = current;
                post();
                return true;
            };
            post();
            worker.Await(round);
            Assert.True(heard || cache.Done == round, $"The post of round {round} was lost.");
        }
    }

    private static Action PostOf(WatchedCache cache, bool sweeps, out IBackgroundWork work)
    {
        if (!sweeps)
        {
            CacheCompactions compactions = new(cache);
            work = compactions;
            return compactions.Post;
        }

        ManualTime time = new();
        CacheSweeps sweeper = new(cache, new CacheClock(time));
        sweeper.Expect(life: 1);
        work = sweeper;
        return () =>
        {
            time.MoveWithoutTimers(TimeSpan.FromSeconds(2)); // a sweep is due
            sweeper.PostIfDue();
        };
    }

    /// <summary>Performs the work once per round. Stores to memory that is in no cache precede it, so that the stores
    /// of the work become visible late.</summary>
    private sealed class SlowWorker(IBackgroundWork work, WatchedCache cache, byte[] memory)
    {
        private const int Stores = 20; // fewer than a processor keeps back
        private const int Stride = 4096 + 64;
        private int _place = Random.Shared.Next(memory.Length);
        private bool _isSweep;
        private int _begun;
        private int _ended;

        public void Run()
        {
            for (int round = 1; ; round++)
            {
                for (int spin = 1; Volatile.Read(ref _begun) < round; spin++)
                {
                    // Both objects are in the cache of this processor.
                    _ = cache.Wanted;
                    Volatile.Write(ref _isSweep, work is CacheSweeps);
                    YieldSometimes(spin);
                }

                if (Volatile.Read(ref _begun) == int.MaxValue)
                {
                    return;
                }

                for (int store = 0; store < Stores; store++)
                {
                    _place = (_place + Stride) % memory.Length;
                    memory[_place] = 1;
                }

                work.Run();
                Volatile.Write(ref _ended, round);
            }
        }

        public void Begin(int round) => Volatile.Write(ref _begun, round);

        public void Await(int round)
        {
            for (int spin = 1; Volatile.Read(ref _ended) < round; spin++)
            {
                YieldSometimes(spin);
            }
        }

        // The other thread may need this processor.
        private static void YieldSometimes(int spin)
        {
            if (spin % 2_000 == 0)
            {
                Thread.Yield();
            }
        }
    }

    private sealed class WatchedCache : ISweptCache
    {
        private int _wanted;
        private int _done;

        public Action? AfterLook { get; set; }

        public int Wanted
        {
            get => Volatile.Read(ref _wanted);
            set => Volatile.Write(ref _wanted, value);
        }

        public int Done => Volatile.Read(ref _done);

        public bool IsClosed => false;

        public void PostSweepIfDue()
        {
        }

        public void SweepInBackground() => CompactInBackground();

        public void CompactInBackground()
        {
            Volatile.Write(ref _done, Wanted);
            AfterLook?.Invoke();
        }
    }
}
