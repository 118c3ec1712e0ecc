using FastShardMap.Caching;

namespace FastShardMap.Tests.Caching;

/// <summary>Posts of work for the maintenance thread beside that work.</summary>
public sealed class CachePostTests
{
    /// <summary>The work has looked for something to do, and found nothing. What is posted before it has ended is done
    /// after it.</summary>
    [Fact]
    public void Post_WhileTheWorkEnds_IsDone()
    {
        WatchedCache cache = new();
        CacheCompactions compactions = new(cache);
        using ManualResetEventSlim looked = new();
        using ManualResetEventSlim ends = new();
        cache.AfterLook = () =>
        {
            cache.AfterLook = null;
            looked.Set();
            Assert.True(ends.Wait(TimeSpan.FromMinutes(1)));
        };
        compactions.Post();
        Assert.True(looked.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        cache.Wanted = 1;
        compactions.Post();
        ends.Set();
        Assert.True(
            SpinWait.SpinUntil(() => cache.Done == 1, TimeSpan.FromMinutes(1)), "What was posted was not done.");
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

        public void SweepInBackground()
        {
        }

        public void CompactInBackground()
        {
            Volatile.Write(ref _done, Wanted);
            AfterLook?.Invoke();
        }
    }
}
