using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

public sealed unsafe class ArenaCollapseTests
{
    private const nuint Bytes = 4 * 1024 * 1024;

    [Fact]
    public void PostCollapse_RetiredWhileAtIt_LeavesNothingResident()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc/self/pagemap.");
        Arena arena = new(guardPages: false);
        for (int round = 0; round < 200; round++)
        {
            byte* block = arena.Allocate(Bytes, collapsible: true);
            new Span<byte>(block, (int)Bytes).Fill(1);
            arena.PostCollapse(block);
            Thread.SpinWait(round * 100);
            arena.Retire(block, Bytes);
            arena.DrainRetired();
            Assert.Equal(0, LinuxFacts.ResidentBytes(block, Bytes));
            Assert.True(SpinWait.SpinUntil(() => !arena.IsCollapsing, TimeSpan.FromMinutes(1)));
            Assert.Equal(0, LinuxFacts.ResidentBytes(block, Bytes));
        }

        GC.KeepAlive(arena);
    }

    [Fact]
    [Trait("Category", "Heavy")] // not slow: but the emulator accepts the advice and does nothing
    public void PostCollapse_BlockThatIsWrittenTo_KeepsItsContents()
    {
        Arena arena = new(guardPages: false);
        byte* block = arena.Allocate(Bytes, collapsible: true);
        for (int round = 1; round <= 20; round++)
        {
            arena.PostCollapse(block);
            new Span<byte>(block, (int)Bytes).Fill((byte)round);
            Assert.True(SpinWait.SpinUntil(() => !arena.IsCollapsing, TimeSpan.FromMinutes(1)));
            Assert.Equal(-1, new Span<byte>(block, (int)Bytes).IndexOfAnyExcept((byte)round));
        }

        // Where the system has huge pages to offer here and now, the block is in them: all of it, for it is aligned.
        if (PageMemory.TryCollapse(block, Bytes))
        {
            // The kernel may show the block together with a neighbor of another arena.
            Assert.InRange(LinuxFacts.HugeBytes((nuint)block), (long)Bytes, long.MaxValue);
        }

        GC.KeepAlive(arena);
    }

    [Fact]
    public void PostCollapse_BlockNotMeantForIt_DoesNothing()
    {
        Arena arena = new(guardPages: false);
        arena.PostCollapse(arena.Allocate(Bytes));
        arena.PostCollapse(arena.Allocate(Bytes, hugePages: true));
        Assert.False(arena.IsCollapsing);
    }

    [Fact]
    public void Retire_PinnedBlock_IsGivenBackWhenUnpinned()
    {
        Arena arena = new(guardPages: false);
        byte* block = arena.Allocate(Bytes, collapsible: true);
        block[5] = 5;
        Assert.True(arena.TryPin(arena.IdentifyCollapsible(block)!.Value));
        arena.Retire(block, Bytes);
        using ManualResetEventSlim drained = new();
        Thread drain = new(() =>
        {
            arena.DrainRetired();
            drained.Set();
        });
        drain.Start();
        Assert.False(drained.Wait(50, TestContext.Current.CancellationToken));
        Assert.Equal(5, block[5]);
        byte* other = arena.Allocate(Bytes, collapsible: true);
        Assert.True(other != block);

        arena.Unpin();
        Assert.True(drained.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        drain.Join();
        ArenaTests.AssertZero(block, Bytes);
        Assert.True(arena.Allocate(Bytes, collapsible: true) == block);
        GC.KeepAlive(arena);
    }

    [Fact]
    public void TryPin_BlockThatWasHandedOutAgain_Refuses()
    {
        Arena arena = new(guardPages: false);
        byte* block = arena.Allocate(Bytes, collapsible: true);
        LiveBlockId first = arena.IdentifyCollapsible(block)!.Value;
        arena.Retire(block, Bytes);
        arena.DrainRetired();
        Assert.False(arena.TryPin(first));
        Assert.True(arena.Allocate(Bytes, collapsible: true) == block);
        Assert.False(arena.TryPin(first));
        Assert.True(arena.TryPin(arena.IdentifyCollapsible(block)!.Value));
        arena.Unpin();
    }

    [Fact]
    public void PostCollapse_NoThread_DoesNothing()
    {
        Arena arena = new(guardPages: false);
        byte* block = arena.Allocate(Bytes, collapsible: true);
        FaultInjection.Post = static () => true;
        arena.PostCollapse(block);
        FaultInjection.Post = null;
        Assert.False(arena.IsCollapsing);
        GC.KeepAlive(arena);
    }
}
