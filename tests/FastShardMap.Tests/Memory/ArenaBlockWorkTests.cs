using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

public sealed unsafe class ArenaBlockWorkTests
{
    private const nuint Bytes = 4 * 1024 * 1024;

    [Fact]
    [Trait("Category", "Heavy")] // not slow: but the emulator accepts the advice and does nothing
    public void PostPopulate_LiveBlock_BecomesResidentAndKeepsItsContents()
    {
        Arena arena = new(guardPages: false);
        byte* block = arena.Allocate(Bytes);
        block[12345] = 77;
        ulong* cursor = (ulong*)arena.Allocate(128);
        arena.PostPopulate(block, Bytes, cursor);
        Assert.True(SpinWait.SpinUntil(() => !arena.HasBlockWork, TimeSpan.FromMinutes(1)));
        Assert.True(*cursor >= Bytes);
        Assert.Equal(77, block[12345]);
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal((long)Bytes, LinuxFacts.ResidentBytes(block, Bytes));
        }

        GC.KeepAlive(arena);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BlockWork_RetiredWhileAtIt_LeavesNothingResident(bool collapse)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc/self/pagemap.");
        Arena arena = new(guardPages: false);
        ulong* cursor = (ulong*)arena.Allocate(128);
        for (int round = 0; round < 200; round++)
        {
            byte* block = arena.Allocate(Bytes, collapsible: collapse);
            *cursor = 0;
            if (collapse)
            {
                new Span<byte>(block, (int)Bytes).Fill(1);
                arena.PostCollapse(block);
            }
            else
            {
                arena.PostPopulate(block, Bytes, cursor);
            }

            Thread.SpinWait(round * 100);
            arena.Retire(block, Bytes);
            arena.DrainRetired();
            Assert.Equal(0, LinuxFacts.ResidentBytes(block, Bytes));
            Assert.True(SpinWait.SpinUntil(() => !arena.HasBlockWork, TimeSpan.FromMinutes(1)));
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
            Assert.True(SpinWait.SpinUntil(() => !arena.HasBlockWork, TimeSpan.FromMinutes(1)));
            Assert.Equal(-1, new Span<byte>(block, (int)Bytes).IndexOfAnyExcept((byte)round));
        }

        // Where the system has huge pages to offer here and now, the block is in them: all of it, for it is aligned.
        if (PageMemory.TryCollapse(block, Bytes))
        {
            Assert.Equal((long)Bytes, LinuxFacts.HugeBytes((nuint)block));
        }

        GC.KeepAlive(arena);
    }

    [Fact]
    public void PostCollapse_BlockNotMeantForIt_DoesNothing()
    {
        Arena arena = new(guardPages: false);
        arena.PostCollapse(arena.Allocate(Bytes));
        arena.PostCollapse(arena.Allocate(Bytes, hugePages: true));
        Assert.False(arena.HasBlockWork);
    }

    [Fact]
    public void Retire_PinnedBlock_IsGivenBackWhenUnpinned()
    {
        Arena arena = new(guardPages: false);
        byte* block = arena.Allocate(Bytes);
        block[5] = 5;
        Assert.True(arena.TryPin(arena.Identify(block)));
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
        byte* other = arena.Allocate(Bytes);
        Assert.True(other != block);

        arena.Unpin();
        Assert.True(drained.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        drain.Join();
        ArenaTests.AssertZero(block, Bytes);
        Assert.True(arena.Allocate(Bytes) == block);
        GC.KeepAlive(arena);
    }

    [Fact]
    public void TryPin_BlockThatWasHandedOutAgain_Refuses()
    {
        Arena arena = new(guardPages: false);
        byte* block = arena.Allocate(Bytes);
        LiveBlockId first = arena.Identify(block);
        arena.Retire(block, Bytes);
        arena.DrainRetired();
        Assert.False(arena.TryPin(first));
        Assert.True(arena.Allocate(Bytes) == block);
        Assert.False(arena.TryPin(first));
        Assert.True(arena.TryPin(arena.Identify(block)));
        arena.Unpin();
    }

    [Fact]
    public void PostPopulate_NoThread_DoesNothing()
    {
        Arena arena = new(guardPages: false);
        byte* block = arena.Allocate(Bytes);
        ulong* cursor = (ulong*)arena.Allocate(128);
        FaultInjection.Post = static () => true;
        arena.PostPopulate(block, Bytes, cursor);
        FaultInjection.Post = null;
        Assert.False(arena.HasBlockWork);
        Assert.Equal(0UL, *cursor);
        GC.KeepAlive(arena);
    }

    [Fact]
    public void TryTake_SharedCursor_HandsOutEverySliceOnce()
    {
        ulong cursor = 0;
        nuint next = 1000;
        while (PopulateWork.TryTake(&cursor, 1000, bytes: 2500, sliceBytes: 1024, out AddressRange slice))
        {
            Assert.Equal(next, slice.Start);
            next = slice.End;
        }

        Assert.Equal(3500U, next);
        Assert.False(PopulateWork.TryTake(&cursor, 1000, bytes: 2500, sliceBytes: 1024, out _));
    }
}
