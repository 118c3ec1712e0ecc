using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using FastShardMap.Diagnostics;
using FastShardMap.Sharding;

namespace FastShardMap.Tests.Diagnostics;

/// <summary>What a listener in the process hears. One after the other: the hooks are the process's.</summary>
[Collection(nameof(EventSourceTests))]
[CollectionDefinition(nameof(EventSourceTests), DisableParallelization = true)]
public sealed class EventSourceTests
{
    private const EventKeywords Everything = (EventKeywords)(-1);

    [Fact]
    public void Manifest_OfTheSource_IsValid() =>
        Assert.NotNull(
            EventSource.GenerateManifest(typeof(FastShardMapEventSource), null, EventManifestOptions.Strict));

    [Fact]
    public void Migration_GrowingMap_IsReportedFromStartToStop()
    {
        using Listener listener = new(FastShardMapEventSource.Keywords.Migration);
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1 });
        for (int key = 0; key < 1_000; key++)
        {
            map[key] = key;
        }

        map.EnsureCapacity(5_000);
        List<Event> events = listener.Of(map);
        List<Event> starts = events.FindAll(step => step.Name == "MigrationStart");
        List<Event> stops = events.FindAll(step => step.Name == "MigrationStop");
        ShardMapStatistics statistics = map.GetStatistics();
        Assert.Equal(statistics.MigrationsStarted, starts.Count);
        Assert.Equal(statistics.MigrationsFinished, stops.Count);
        Assert.Equal(starts.Select(step => step["previousGroups"]), stops.Select(step => step["previousGroups"]));
        Assert.All(starts, step => Assert.True((long)step["currentGroups"]! > (long)step["previousGroups"]!));
        Assert.All(stops, step => Assert.Equal(true, step["completed"]));
    }

    [Fact]
    public void Migration_OfASnapshot_StopsWithTheSizeItStartedWith()
    {
        using Listener listener = new(FastShardMapEventSource.Keywords.Migration);
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1 });
        for (int key = 0; key < 100; key++)
        {
            map[key] = key;
        }

        map.Snapshot(copyNow: true).Dispose();
        List<Event> events = listener.Of(map);
        Assert.Equal(
            events.FindAll(step => step.Name == "MigrationStart").Select(step => step["previousGroups"]),
            events.FindAll(step => step.Name == "MigrationStop").Select(step => step["previousGroups"]));
    }

    [Fact]
    public void Migration_SnapshotOfWhatNobodyWrites_StopsUncompleted()
    {
        using Listener listener = new(FastShardMapEventSource.Keywords.Migration);
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 1;
        map.Snapshot(copyNow: false).Dispose();
        Event stop = listener.Of(map)[^1];
        Assert.Equal(("MigrationStop", false, 1L), (stop.Name, stop["completed"], stop["previousGroups"]));
    }

    [Fact]
    public void Migration_ClearedMap_StopsUncompleted()
    {
        using Listener listener = new(FastShardMapEventSource.Keywords.Migration);
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        for (int key = 0; map.Count < 200 || map.GetStatistics().MigrationsActive == 0; key++)
        {
            map[key] = key;
        }

        map.Clear();
        Assert.Equal(false, listener.Of(map)[^1]["completed"]);
    }

    [Fact]
    public void Contention_TwoWriters_NamesOwnerAndWaiter()
    {
        using Listener listener = new(FastShardMapEventSource.Keywords.Contention);
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 1;
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim release = new();
        int ownerId = 0;
        Thread owner = new(() => map.TryUpdate(1, (ref int value, ManualResetEventSlim entered) =>
        {
            ownerId = Environment.CurrentManagedThreadId;
            entered.Set();
            release.Wait();
        }, inside))
        { Name = "the owner" };
        int waiterId = 0;
        Thread waiter = new(() =>
        {
            waiterId = Environment.CurrentManagedThreadId;
            map[1] = 2;
        })
        { Name = "the waiter" };
        owner.Start();
        inside.Wait();
        waiter.Start();
        while (listener.Of(map).Count == 0)
        {
            Thread.Sleep(1);
        }

        Thread.Sleep(30);
        release.Set();
        owner.Join();
        waiter.Join();

        List<Event> events = listener.Of(map);
        Assert.Equal(["ContentionStart", "ContentionStop"], events.Select(step => step.Name));
        Assert.Equal(ownerId, events[0]["ownerThread"]);
        Assert.Equal(waiterId, events[0]["waiterThread"]);
        Assert.Equal("the owner", events[0]["ownerName"]);
        Assert.Equal("the waiter", events[0]["waiterName"]);
        Assert.Equal(0, events[0]["shard"]);
        Assert.Equal(true, events[1]["entered"]);
        Assert.InRange((long)events[1]["waitNanoseconds"]!, 20_000_000, 60_000_000_000);
    }

    [Fact]
    public void ReadFallback_ReadUnderAStalledWriter_IsReported()
    {
        using Listener listener = new(FastShardMapEventSource.Keywords.Reads);
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 1;
        unsafe
        {
            // As a writer that was stopped in the middle of a write.
            FastShardMap.Layout.ReadView* view = map.Shards.Header->Views;
            FastShardMap.Layout.Group* group = (FastShardMap.Layout.Group*)view->Current.Base;
            group->Version++;
            Assert.True(map.TryGetValue(1, out int value));
            Assert.Equal(1, value);
            group->Version--;
        }

        Event fallback = Assert.Single(listener.Of(map));
        Assert.Equal("ReadFallback", fallback.Name);
        Assert.Equal(Environment.CurrentManagedThreadId, fallback["thread"]);
        Assert.Equal(1, map.GetStatistics().ReadFallbacks);
    }

    [Fact]
    public void Memory_RetiredTable_IsReportedRetiredAndReleased()
    {
        using Listener listener = new(FastShardMapEventSource.Keywords.Memory, EventLevel.Verbose);
        ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 1, Capacity = 100_000 });
        map.Dispose();

        Event retired = listener.All.First(step => step.Name == "MemoryRetired" && (long)step["bytes"]! > 1_000_000);
        SpinWait.SpinUntil(
            () => listener.All.Any(
                step => step.Name == "MemoryReleased" && Equals(step["address"], retired["address"])),
            10_000);
        Assert.Contains(
            listener.All, step => step.Name == "MemoryReleased" && Equals(step["address"], retired["address"]));
    }

    [Fact]
    public void Maps_ListenerThatComesLate_HearsOfThoseThereAre()
    {
        using ShardMap<Guid, short> map = new(new ShardMapOptions { Name = "was here before" });
        using Listener listener = new(FastShardMapEventSource.Keywords.Maps);

        Event info = listener.Of(map).First();
        Assert.Equal("MapInfo", info.Name);
        Assert.Equal("was here before", info["name"]);
        Assert.Equal("System.Guid", info["keyType"]);
        Assert.Equal("System.Int16", info["valueType"]);
    }

    [Fact]
    public void Hooks_NobodyListens_AreEmpty()
    {
        using (new Listener(Everything, EventLevel.Verbose))
        {
            Assert.NotNull(ShardEvents.Listener);
            Assert.NotNull(FastShardMap.Memory.MemoryEvents.Listener);
        }

        Assert.Null(ShardEvents.Listener);
        Assert.Null(FastShardMap.Memory.MemoryEvents.Listener);
    }

    private sealed record Event(string Name, IReadOnlyDictionary<string, object?> Payload)
    {
        public object? this[string field] => Payload[field];
    }

    private sealed class Listener : EventListener
    {
        private readonly ConcurrentQueue<Event> _events = [];

        public Listener(EventKeywords keywords, EventLevel level = EventLevel.Informational) =>
            EnableEvents(FastShardMapEventSource.Log!, level, keywords);

        public List<Event> All => [.. _events];

        public unsafe List<Event> Of<TKey, TValue>(ShardMap<TKey, TValue> map)
            where TKey : unmanaged, IEquatable<TKey>
            where TValue : unmanaged =>
            All.FindAll(step => Equals(step.Payload.GetValueOrDefault("map"), (ulong)map.Shards.Header));

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            // The base constructor may already deliver events of other sources.
            if (eventData.EventSource.Name == FastShardMapEventSource.SourceName)
            {
                _events?.Enqueue(new Event(
                    eventData.EventName!,
                    eventData.PayloadNames!
                        .Zip(eventData.Payload!)
                        .ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal)));
            }
        }
    }
}
