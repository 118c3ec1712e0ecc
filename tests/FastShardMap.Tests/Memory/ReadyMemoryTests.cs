using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Memory;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests.Memory;

/// <summary>The budget for ready blocks, the rules for giving them back, and maps that grow into them.</summary>
[Collection(SerialTests.Name)]
public sealed unsafe class ReadyMemoryTests : IDisposable
{
    private const nuint Page = PageMemory.HugePageBytes;
    private const long Budget = 64L << 20;

    private readonly MaintenanceIdleLimit _idleLimit;

    public ReadyMemoryTests()
    {
        Assert.SkipUnless(LinuxFacts.CanFillHugePage(), "The system has no huge pages.");
        Assert.SkipWhen(PageMemory.GuardPages, "Arenas with guard pages keep nothing ready.");
        Assert.SkipWhen(ScarceMemory.IsScarceWith((nuint)Budget), "The machine has too little memory.");
        _idleLimit = new MaintenanceIdleLimit(TimeSpan.FromHours(1)); // however slow the machine is, nothing expires
        FaultInjection.Scarce = static _ => false;
        HugePagePool.MaxBytes = Budget;
    }

    public void Dispose()
    {
        FaultInjection.Post = null;
        _idleLimit.Dispose();
        FaultInjection.Scarce = null;
        HugePagePool.MaxBytes = ReadyMemory.DefaultMaxBytes;
        ReadyMemory.GiveBackAll();
        Assert.True(SpinWait.SpinUntil(static () => HugePagePool.Bytes == 0, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void MaxBytes_Negative_Throws()
    {
        ArgumentOutOfRangeException thrown =
            Assert.Throws<ArgumentOutOfRangeException>(static () => HugePagePool.MaxBytes = -1);
        Assert.Equal(nameof(HugePagePool.MaxBytes), thrown.ParamName);
        Assert.Equal(Budget, HugePagePool.MaxBytes);
    }

    [Fact]
    public void MaxBytes_BelowWhatIsReady_GivesEverythingBack()
    {
        Arena arena = Filled();
        HugePagePool.MaxBytes = (long)Page; // exactly what is ready
        Assert.Equal((long)Page, HugePagePool.Bytes);
        FaultInjection.Post = static () => true; // so this thread does the work
        HugePagePool.MaxBytes = (long)Page - 1;
        FaultInjection.Post = null;
        Assert.Equal(0, HugePagePool.Bytes);
        Assert.Equal(0, arena.HeldBytes);
    }

    [Fact]
    public void TryReserve_AnyAmounts_NeverExceedsTheBudget()
    {
        Assert.False(ReadyMemory.TryReserve(nuint.MaxValue));
        Assert.False(ReadyMemory.TryReserve((nuint)Budget + 1));
        Assert.True(ReadyMemory.TryReserve((nuint)Budget));
        Assert.False(ReadyMemory.TryReserve(1));
        ReadyMemory.Release((nuint)Budget);

        HugePagePool.MaxBytes = long.MaxValue;
        Assert.True(ReadyMemory.TryReserve(nuint.MaxValue / 2));
        Assert.False(ReadyMemory.TryReserve(1));
        ReadyMemory.Release(nuint.MaxValue / 2);
    }

    [Fact]
    public void GiveBackUnused_BlocksInUseSince_Stay()
    {
        Arena arena = Filled();
        ReadyMemory.GiveBackUnused(arena.ReadyUsedAt - 1);
        Assert.Equal((long)Page, arena.HeldBytes);
        ReadyMemory.GiveBackUnused(arena.ReadyUsedAt);
        Assert.Equal(0, arena.HeldBytes);
        Assert.Equal(0, HugePagePool.Bytes);

        // An arena whose blocks were given back can have others.
        Assert.True(arena.TryRequestReady(Page, 1, out _));
        ReadyMemory.GiveBackUnused(arena.ReadyUsedAt);
        Assert.False(arena.HasReady);
    }

    [Fact]
    public void GiveBackUnused_ForgottenMap_IsNotKeptAlive()
    {
        WeakReference arena = Forget();
        for (int round = 0; round < 100 && arena.IsAlive; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            ReadyMemory.GiveBackUnused(long.MinValue); // only of forgotten maps
        }

        Assert.False(arena.IsAlive);
        Assert.Equal(0, HugePagePool.Bytes);
    }

    [Fact]
    public void Due_NothingReady_IsNothing()
    {
        Assert.Null(ReadyMemory.Due(isIdle: true));
        Assert.Null(ReadyMemory.Due(isIdle: false));
        Arena arena = Filled();
        IBackgroundWork? work = ReadyMemory.Due(isIdle: true);
        Assert.NotNull(work);
        work.Run();
        Assert.Equal(0, arena.HeldBytes);
        Assert.Null(ReadyMemory.Due(isIdle: true));
    }

    [Fact]
    public void Due_BlockThatWasTaken_LetsTheArenaGo()
    {
        Arena arena = Filled();
        byte* block = arena.Allocate(Page, collapsible: true);
        Assert.Equal(Page, arena.ReadyBytes(block));
        Assert.Equal(0, HugePagePool.Bytes);
        IBackgroundWork? work = ReadyMemory.Due(isIdle: true);
        Assert.NotNull(work); // the arena is still in the set of those that may have blocks
        work.Run();
        Assert.Null(ReadyMemory.Due(isIdle: true));
    }

    [Fact]
    public void Due_BusyThread_GivesBackWhatHasExpired()
    {
        Arena arena = Filled();
        MaintenanceThread.IdleLimit = TimeSpan.Zero; // so it has expired already
        IBackgroundWork? work = ReadyMemory.Due(isIdle: false);
        Assert.NotNull(work);
        work.Run();
        Assert.Equal(0, arena.HeldBytes);
        Assert.Null(ReadyMemory.Due(isIdle: false));
    }

    [Fact]
    public void Due_BusyThread_LeavesTheRest()
    {
        Arena arena = Filled();
        ReadyMemory.Due(isIdle: false)?.Run();
        Assert.Null(ReadyMemory.Due(isIdle: false)); // not so soon again
        Assert.Equal((long)Page, arena.HeldBytes);
    }

    [Fact]
    public void MaintenanceThread_Idle_GivesBackAndEnds()
    {
        MaintenanceThread.IdleLimit = TimeSpan.FromMilliseconds(20);
        Arena arena = new(guardPages: false);
        arena.PostReady(Page, 1);
        Assert.True(SpinWait.SpinUntil(
            static () => HugePagePool.Bytes == 0 && !MaintenanceThread.IsRunning, TimeSpan.FromMinutes(1)));
        Assert.Equal(0, arena.HeldBytes);
    }

    [Fact]
    public void Growth_BlockIsReady_GrowsIntoIt()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 1, HugePages = true });
        WriteSide* side = map.Shards.Header->WriteSides;
        ulong next = 0;
        for (nuint bytes = Page; bytes <= 4 * Page; bytes *= 2)
        {
            // The request comes at the end of the migration to the table before.
            next = InsertUntil(map, next, _ => HugePagePool.Bytes == (long)bytes);
            MaintenanceIdleLimit.AwaitTurns((int)(bytes / Page) + 1); // it fills a page per turn
            next = InsertUntil(map, next, grown => TableBytes(grown) == bytes);
            Assert.Equal(bytes, (nuint)side->PopulatedBytes);
            Assert.Equal((long)bytes, LinuxFacts.ResidentBytes(map.Shards.Header->Views[0].Current.Base, bytes));
        }

        for (ulong key = 0; key < next; key++)
        {
            Assert.Equal(key, map[key]);
        }

        map.TrimExcess();
        Assert.Equal(0, HugePagePool.Bytes);
        Assert.Equal((long)next, map.Count);
        Assert.Equal(next - 1, map[next - 1]);
    }

    [Fact]
    public void Growth_WithoutHugePagesOrBudget_KeepsNothingReady()
    {
        using Map small = new(new ShardMapOptions { ShardCount = 1 });
        Fill(small, 150_000);
        Assert.Equal(0, HugePagePool.Bytes);

        HugePagePool.MaxBytes = 0;
        using Map huge = new(new ShardMapOptions { ShardCount = 1, HugePages = true });
        Fill(huge, 150_000);
        Assert.Equal(0, HugePagePool.Bytes);
    }

    [Fact]
    public void Growth_SnapshotsAndClears_AskForOneBlockPerShard()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 1, HugePages = true });
        for (int round = 0; round < 5; round++)
        {
            Fill(map, 60_000); // to a table of 2 MiB, and the next one has 4
            using (map.Snapshot(copyNow: false))
            {
                Fill(map, 60_000);
            }

            map.Clear();
            Assert.InRange(HugePagePool.Bytes, 0, 3 * (long)Page);
        }
    }

    [Fact]
    public void Dispose_AtAnyTime_KeepsNothing()
    {
        for (int round = 0; round < 20; round++)
        {
            Map map = new(new ShardMapOptions { ShardCount = 1, HugePages = true });
            Fill(map, 50_000 + ((ulong)round * 5000));
            map.Dispose();
            Assert.Equal(0, HugePagePool.Bytes);
            Assert.True(SpinWait.SpinUntil(() => !map.Shards.Arena.IsCollapsing, TimeSpan.FromMinutes(1)));
            Assert.InRange(map.Shards.Arena.HeldBytes, 0, 64 * 1024); // headers, no table
        }
    }

    [Fact]
    public void Growth_ManyMapsAtOnce_StayWithinTheBudgetAndKeepTheirEntries()
    {
        const long Small = 3 * (long)Page;
        HugePagePool.MaxBytes = Small;
        long[] most = new long[4];
        Parallel.For(0, most.Length, new ParallelOptions { MaxDegreeOfParallelism = most.Length }, thread =>
        {
            for (int round = 0; round < 4; round++)
            {
                using Map map = new(new ShardMapOptions { ShardCount = 1, HugePages = true });
                Fill(map, 130_000);
                most[thread] = Math.Max(most[thread], HugePagePool.Bytes);
                map.TrimExcess();
                for (ulong key = 0; key < 130_000; key++)
                {
                    Assert.Equal(key, map[key]);
                }
            }
        });
        Assert.All(most, static bytes => Assert.InRange(bytes, 0, Small));
        Assert.Equal(0, HugePagePool.Bytes);
    }

    private static nuint TableBytes(Map map) =>
        map.Shards.Header->Views[0].Current.Size.Bytes((int)map.Shards.Header->StrideBytes);

    private static void Fill(Map map, ulong entries)
    {
        for (ulong key = 0; key < entries; key++)
        {
            map[key] = key;
        }
    }

    private static ulong InsertUntil(Map map, ulong next, Func<Map, bool> condition)
    {
        while (!condition(map))
        {
            Assert.True(next < 1_000_000);
            map[next] = next++;
        }

        return next;
    }

    private static Arena Filled()
    {
        Arena arena = new(guardPages: false);
        Assert.True(arena.TryRequestReady(Page, 1, out _));
        Assert.True(arena.FillReady());
        Assert.False(arena.FillReady());
        Assert.Equal((long)Page, arena.HeldBytes);
        return arena;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Forget()
    {
        Arena arena = Filled();
        arena.Attach(new object());
        return new WeakReference(arena);
    }
}
