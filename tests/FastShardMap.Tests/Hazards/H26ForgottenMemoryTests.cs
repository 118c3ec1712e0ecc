using System.Diagnostics.Tracing;
using System.Runtime.CompilerServices;
using FastShardMap.Memory;
using FastShardMap.Tests.Memory;
using FastShardMap.Tests.Support;
using Map = FastShardMap.ShardMap<long, long>;

namespace FastShardMap.Tests.Hazards;

/// <summary>H26: memory of objects that nobody disposes, while the garbage collector sees no reason to collect. Where
/// the whole process is looked at, in processes of their own, which run the explicit tests.</summary>
[Collection(SerialTests.Name)]
public sealed class H26ForgottenMemoryTests
{
    [Theory]
    [InlineData(nameof(InAChild_ForgetsSnapshots))]
    [InlineData(nameof(InAChild_ForgetsMaps))]
    [InlineData(nameof(InAChild_ForgetsMapsWithSnapshots))]
    [InlineData(nameof(InAChild_ForgetsAudits))]
    [InlineData(nameof(InAChild_ForgetsOtherBackEnds))]
    public void Memory_ObjectsForgotten_IsBounded(string method) =>
        ChildProcess.RunTest(":", typeof(H26ForgottenMemoryTests), method);

    [Fact]
    public void Collections_LargeMapsInUse_AreFewAndThenNone() =>
        ChildProcess.RunTest(":", typeof(H26ForgottenMemoryTests), nameof(InAChild_UsesLargeMaps));

    [Fact(Explicit = true)]
    public void InAChild_ForgetsSnapshots()
    {
        using ShardMap<long, Wide> map = new(new ShardMapOptions { ShardCount = 16, MigrationStepGroups = 64 });
        for (long key = 0; map.BytesAllocated < 8 << 20; key++)
        {
            map[key] = default;
        }

        AssertBounded(400, () => Use(map.Snapshot()));
        GC.KeepAlive(map);
    }

    [Fact(Explicit = true)]
    public void InAChild_ForgetsMaps() => AssertBounded(400, static () => Use(Reserved()));

    [Fact(Explicit = true)]
    public void InAChild_ForgetsMapsWithSnapshots() => AssertBounded(400, static () =>
    {
        Map map = Reserved();
        map[1] = 1;
        Use(map.Snapshot(copyNow: false));
    });

    [Fact(Explicit = true)]
    public void InAChild_ForgetsAudits()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 4 });

        // No more, because the garbage collector sees the reports of audits, and then collects by itself.
        AssertBounded(200, () =>
        {
            AuditedShardMap<long, long, DefaultHasher<long>> audit = new(
                map, new AuditOptions<long> { RecentOperations = 65536 });
            audit[1] = 1;
        });
    }

    [Fact(Explicit = true)]
    public void InAChild_ForgetsOtherBackEnds() => AssertBounded(40, static () =>
    {
        Use(Filled(new GuardedShardMap<long, Wide, MutexGuard>(4)));
        Use(Filled(new ChannelShardMap<long, Wide>(4)));
    });

    /// <summary>Ten gibibytes of tables in use, and every kind of object made and disposed beside them.</summary>
    [Fact(Explicit = true)]
    public void InAChild_UsesLargeMaps()
    {
        List<Map> large = [];
        const long InUse = 10L << 30;
        while (Arena.ProcessLiveBytes < InUse)
        {
            large.Add(new Map(10_000_000)); // untouched: address space only
            large[^1][1] = 1;
        }

        long onTheWay = ForgottenMemory.Collections;

        // A young one and a full one for each doubling, and then for each eighth of the machine.
        long eighth = Math.Max(ForgottenMemory.MinBudgetBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8);
        Assert.InRange(onTheWay, 1, 2 * (8 + (InUse / eighth)));
        WaitForCollections();
        (long Asked, int Full) before = (ForgottenMemory.Collections, GC.CollectionCount(2));
        for (int round = 0; round < 300; round++)
        {
            using Map small = new(new ShardMapOptions { ShardCount = 1 });
            small[1] = round;
            using ShardMapSnapshot<long, long> snapshot = small.Snapshot();
            using AuditedShardMap<long, long, DefaultHasher<long>> audit = new(small);
            audit[1] = round;
            large[round % large.Count][round] = round;
        }

        // Not one full collection, in three hundred chances; the program's own garbage may cause some young ones.
        Assert.Equal(before.Asked, ForgottenMemory.Collections);
        Assert.InRange(GC.CollectionCount(2) - before.Full, 0, 3);

        // A snapshot of a large map that is replaced again and again is in use as well.
        using ShardMap<long, Wide> copied = new(new ShardMapOptions { ShardCount = 64, Capacity = 50_000 });
        for (int key = 0; key < 1000; key++)
        {
            copied[key] = default;
        }

        ShardMapSnapshot<long, Wide> current = copied.Snapshot(copyNow: false);
        Assert.InRange(ForgottenMemory.SnapshotBytes, ForgottenMemory.MinBudgetBytes, long.MaxValue);
        for (int round = 0; round < 20; round++)
        {
            ShardMapSnapshot<long, Wide> next = copied.Snapshot(copyNow: false);
            current.Dispose();
            current = next;
            if (round == 4)
            {
                WaitForCollections();
                before.Asked = ForgottenMemory.Collections;
            }
        }

        Assert.Equal(before.Asked, ForgottenMemory.Collections);
        Assert.Equal(0, ForgottenMemory.UndisposedBytes);
        GC.KeepAlive(large);
    }

    [Fact]
    public void Interrupt_WaitForACollection_IsDeliveredLater() =>
        ChildProcess.RunTest(":", typeof(H26ForgottenMemoryTests), nameof(InAChild_IsInterruptedInTheWait));

    /// <summary>A finalizer that is stuck keeps the collection from ending.</summary>
    [Fact(Explicit = true)]
    public void InAChild_IsInterruptedInTheWait()
    {
        ForgetStuck();
        using Map map = new(new ShardMapOptions { ShardCount = 1 });
        map.EnsureCapacity(3 * ForgottenMemory.MinBudgetBytes / 16);
        Assert.InRange(Arena.ProcessLiveBytes, 2 * ForgottenMemory.MinBudgetBytes, long.MaxValue);
        try
        {
            Thread.CurrentThread.Interrupt();
            ForgottenMemory.BeforeNew();
            Assert.Throws<ThreadInterruptedException>(static () => Thread.Sleep(0));

            // The interruption says nothing about the collection: the next object waits for it, and only then is it
            // known to be slow.
            Assert.Equal(3, WaitsBeforeNew());
            Assert.Equal(2, WaitsBeforeNew());
        }
        finally
        {
            Stuck.Release.Set();
        }
    }

    private static int WaitsBeforeNew()
    {
        int waits = 0;
        FaultInjection.Wait = () => waits++;
        try
        {
            ForgottenMemory.BeforeNew();
        }
        finally
        {
            FaultInjection.Wait = null;
        }

        return waits;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ForgetStuck() => _ = new Stuck();

    [Fact]
    public void Undisposed_SnapshotMapAndAudit_AreCountedAndNamed()
    {
        using Listener listener = new();
        string name = $"forgotten {Guid.NewGuid():N}";
        long before = ForgottenMemory.UndisposedBytes;
        ForgetAll(name);
        for (int i = 0; i < 100 && listener.Of(name).Length < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        (string Type, long Bytes)[] told = listener.Of(name);
        Assert.Equal(
            [typeof(ShardMapSnapshot<long, long>).ToString(), typeof(Map).ToString(), typeof(Map).ToString()],
            told.Select(item => item.Type).Order(StringComparer.Ordinal));
        Assert.All(told, item => Assert.InRange(item.Bytes, 1, 100_000));
        Assert.InRange(ForgottenMemory.UndisposedBytes - before, told.Sum(item => item.Bytes), long.MaxValue);
    }

    [Fact]
    public void Undisposed_EverythingDisposed_IsNotTold()
    {
        using Listener listener = new();
        string name = $"disposed {Guid.NewGuid():N}";
        WeakReference[] disposed = UseAndDispose(name);
        for (int i = 0; i < 100 && Array.Exists(disposed, item => item.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.DoesNotContain(disposed, item => item.IsAlive);
        Assert.Empty(listener.Of(name));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ForgetAll(string name)
    {
        _ = new Map(new ShardMapOptions { Name = name });
        Map map = new(new ShardMapOptions { Name = name, ShardCount = 1 }) { [1] = 2 };
        _ = map.Snapshot();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] UseAndDispose(string name)
    {
        Map map = new(new ShardMapOptions { Name = name, ShardCount = 1 }) { [1] = 2 };
        ShardMapSnapshot<long, long> snapshot = map.Snapshot();
        snapshot.Dispose();
        map.Dispose();
        Assert.Throws<OutOfMemoryException>(() => new Map(new ShardMapOptions { Name = name, Capacity = 1L << 50 }));
        return [new(map), new(snapshot)];
    }

    private static void AssertBounded(int objects, Action forget)
    {
        long before = Arena.ProcessLiveBytes;
        long each = 0;
        long most = 0;
        long mostResident = 0;
        for (int i = 0; i < objects; i++)
        {
            long last = Arena.ProcessLiveBytes;
            forget();
            long live = Arena.ProcessLiveBytes;
            each = Math.Max(each, live - last); // less if finalizers run meanwhile
            most = Math.Max(most, live - before);
            mostResident = Math.Max(mostResident, Environment.WorkingSet);
            long bound = objects * each / 2;
            Assert.InRange(most, 1, bound);

            // A collection takes its time on a busy machine. Without one, any pause is of no use.
            Thread.Sleep(live - before > bound / 2 ? 50 : 1);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{most >> 20} of {(objects * each) >> 20} MiB live, {mostResident >> 20} MiB resident at most; "
                + $"{ForgottenMemory.Collections} collections.");

        // None where the program's own garbage causes collections in time.
        Assert.InRange(ForgottenMemory.Collections, 0, objects / 2);
        Assert.True(ForgottenMemory.UndisposedBytes > 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Use(IDisposable forgotten) => Assert.NotNull(forgotten);

    private static Map Reserved() => new(new ShardMapOptions { Capacity = 100_000, Prefault = true });

    private static IConcurrentMap<long, Wide> Filled(IConcurrentMap<long, Wide> map)
    {
        for (int key = 0; key < 2000; key++)
        {
            map.TryAdd(key, new Wide());
        }

        return map;
    }

    // Until no collection is under way any more.
    private static void WaitForCollections()
    {
        for (long seen = -1; seen != ForgottenMemory.Collections;)
        {
            seen = ForgottenMemory.Collections;
            Thread.Sleep(500);
        }
    }

    [InlineArray(500)]
    private struct Wide
    {
        private long _first;
    }

    private sealed class Stuck
    {
        public static readonly ManualResetEventSlim Release = new();

        ~Stuck() => Release.Wait();
    }

    private sealed class Listener : EventListener
    {
        private readonly List<(string Type, string Name, long Bytes)> _told = [];

        public (string Type, long Bytes)[] Of(string name)
        {
            lock (_told)
            {
                return [.. _told.Where(item => item.Name == name).Select(item => (item.Type, item.Bytes))];
            }
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "FastShardMap")
            {
                EnableEvents(eventSource, EventLevel.Warning, (EventKeywords)8);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventName == "Undisposed" && _told is not null)
            {
                lock (_told)
                {
                    _told.Add(
                        ((string)eventData.Payload![0]!, (string)eventData.Payload[1]!, (long)eventData.Payload[2]!));
                }
            }
        }
    }
}
