using FastShardMap.Near.Diagnostics;

namespace FastShardMap.Near.Tests.Maps;

public sealed class NearCountersTests
{
    [Fact]
    public void Hits_OfManyThreads_AreAllCounted()
    {
        const int Threads = 8;
        const int HitsPerThread = 1_000_000;
        NearCounters counters = new(countsHits: true);
        Thread[] threads =
        [
            .. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
            {
                for (int hit = 0; hit < HitsPerThread; hit++)
                {
                    counters.Hit();
                }
            })),
        ];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        Assert.Equal((long)Threads * HitsPerThread, counters.Hits);
    }
}
