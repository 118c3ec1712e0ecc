using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using FastShardMap.Caching;
using FastShardMap.Diagnostics;
using FastShardMap.Memory;
using FastShardMap.Tests.Memory;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Diagnostics;

/// <summary>Listeners of the program that throw, or that make a map, while the first map or cache is made. Meters and
/// the event source are those of the process, so each case has a process of its own.</summary>
[Collection(SerialTests.Name)]
public sealed class ThrowingListenerTests
{
    [Fact]
    public void Constructor_MetricsListenerThrows_LeavesNothingAndWorksAgain() =>
        ChildProcess.RunTest(":", typeof(ThrowingListenerTests), nameof(InAChild_MetricsListenerThrows));

    [Fact(Explicit = true)]
    public void InAChild_MetricsListenerThrows()
    {
        AssertRecovers(
            "fastshardmap.map.capacity", MapMeter.Name, instruments: 23, static () => new ShardMap<int, int>(
                new ShardMapOptions { Name = "a", Capacity = 100_000 }));
        AssertRecovers(
            "cache.evictions", CacheMeter.Name, instruments: 4, static () => new ShardCache<int, int>(
                new ShardCacheOptions { Name = "b", MaxEntries = 100_000 }));
    }

    [Fact]
    public void Constructor_EventListenerMakesAMap_BothWork() =>
        ChildProcess.RunTest(":", typeof(ThrowingListenerTests), nameof(InAChild_EventListenerMakesAMap));

    [Fact(Explicit = true)]
    public void InAChild_EventListenerMakesAMap()
    {
        using MakingListener listener = new();
        using ShardMap<int, int> map = new();
        Assert.NotNull(listener.Made);
        Assert.Null(FastShardMapEventSource.Log!.ConstructionException);
        listener.Made[1] = 2;
        Assert.Equal(2, listener.Made[1]);
        Assert.Equal(2, MapRegistry.Live().Count);
        listener.Made.Dispose();
    }

    private static void AssertRecovers(string instrument, string meter, int instruments, Func<IDisposable> make)
    {
        using (MeterListener listener = new())
        {
            listener.InstrumentPublished = (published, _) =>
            {
                if (published.Name == instrument)
                {
                    throw new NotSupportedException(instrument);
                }
            };
            listener.Start();
            for (int attempt = 0; attempt < 2; attempt++)
            {
                Assert.Equal(instrument, Assert.Throws<NotSupportedException>(make).Message);
            }
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(0, ForgottenMemory.UndisposedBytes);
        Assert.Empty(MapRegistry.Named());

        using IDisposable made = make();
        int found = 0;
        using MeterListener counting = new();
        counting.InstrumentPublished = (published, _) => found += published.Meter.Name == meter ? 1 : 0;
        counting.Start();
        Assert.Equal(instruments, found);
        Assert.Single(MapRegistry.Named());
    }

    private sealed class MakingListener : EventListener
    {
        public ShardMap<int, int>? Made { get; private set; }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == FastShardMapEventSource.SourceName)
            {
                Made = new ShardMap<int, int>();
            }
        }
    }
}
