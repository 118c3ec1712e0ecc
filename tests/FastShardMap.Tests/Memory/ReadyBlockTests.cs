using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

/// <summary>The ready blocks of one arena. The tests do the work of the maintenance thread themselves.</summary>
[Collection(SerialTests.Name)]
public sealed unsafe class ReadyBlockTests : IDisposable
{
    private const nuint Page = PageMemory.HugePageBytes;
    private const nuint Bytes = 2 * Page;

    private readonly Arena _arena = new(guardPages: false);
    private readonly MaintenanceIdleLimit _idleLimit;

    public ReadyBlockTests()
    {
        Assert.SkipUnless(LinuxFacts.CanFillHugePage(), "The system has no huge pages.");
        _idleLimit = new MaintenanceIdleLimit(TimeSpan.FromHours(1)); // so that nothing expires
        FaultInjection.Scarce = static _ => false;
        ReadyMemory.MaxBytes = 64L << 20;
    }

    public void Dispose()
    {
        FaultInjection.Scarce = null;
        FaultInjection.Fill = null;
        FaultInjection.Map = null;
        FaultInjection.Discard = null;
        FaultInjection.Post = null;
        _arena.DrainRetired();
        ReadyMemory.GiveBackAll();
        _idleLimit.Dispose();
        ReadyMemory.MaxBytes = ReadyMemory.DefaultMaxBytes;
        GC.KeepAlive(_arena);
    }

    [Fact]
    public void Allocate_CompleteBlock_TakesItResidentAndZero()
    {
        Request(Bytes);
        Assert.Equal((long)Bytes, ReadyMemory.Bytes);
        Assert.Equal(0, _arena.HeldBytes);
        Assert.Equal(3, FillAll());
        Assert.Equal((long)Bytes, _arena.HeldBytes);
        Assert.Equal(0, _arena.LiveBytes);

        byte* block = Take();
        Assert.Equal(Bytes, _arena.ReadyBytes(block));
        Assert.Equal((long)Bytes, LinuxFacts.ResidentBytes(block, Bytes));
        ArenaTests.AssertZero(block, Bytes);
        Assert.Equal(PageMemory.FillsUsedRanges, _arena.IdentifyCollapsible(block) is null);
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.False(_arena.HasReady);
        Assert.Equal((long)Bytes, _arena.HeldBytes);
    }

    [Fact]
    public void Retire_BlockThatWasReady_StartsWithSmallPagesTheNextTime()
    {
        Request(Bytes);
        FillAll();
        byte* block = Take();
        new Span<byte>(block, (int)Bytes).Fill(1);
        _arena.Retire(block, Bytes);
        _arena.DrainRetired();
        Assert.Equal(0, LinuxFacts.ResidentBytes(block, Bytes));

        Assert.True(Take() == block);
        Assert.Equal((nuint)0, _arena.ReadyBytes(block));
        block[0] = 1;
        Assert.Equal((long)PageMemory.PageBytes, LinuxFacts.ResidentBytes(block, Bytes));
        Assert.NotNull(_arena.IdentifyCollapsible(block));
    }

    [Fact]
    public void Allocate_IncompleteBlock_TakesThePagesThatAreThere()
    {
        Request(Bytes);
        Assert.True(_arena.FillReady());
        byte* block = Take();
        Assert.Equal(Page, _arena.ReadyBytes(block));
        Assert.Equal((long)Page, LinuxFacts.ResidentBytes(block, Bytes));
        Assert.NotNull(_arena.IdentifyCollapsible(block)); // for the rest
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.False(_arena.FillReady());
    }

    [Fact]
    public void Allocate_SeveralBlocks_TakesTheOneWithMostPages()
    {
        Request(Bytes);
        Request(Bytes);
        Assert.True(_arena.FillReady());
        Assert.True(_arena.FillReady());
        Assert.True(_arena.FillReady());
        Assert.Equal(Bytes, _arena.ReadyBytes(Take()));
        Assert.Equal(Page, _arena.ReadyBytes(Take()));
        Assert.Equal((nuint)0, _arena.ReadyBytes(Take()));
    }

    [Fact]
    public void Allocate_RequestThatHasNotBegun_DropsIt()
    {
        Request(Bytes);
        byte* block = Take();
        Assert.Equal((nuint)0, _arena.ReadyBytes(block));
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.False(_arena.FillReady());
        Assert.Equal(0, LinuxFacts.ResidentBytes(block, Bytes));
    }

    [Fact]
    public void Allocate_OtherLengthOrKind_LeavesTheBlock()
    {
        Request(Bytes);
        FillAll();
        _arena.Allocate(Bytes + Page, collapsible: true);
        _arena.Allocate(Bytes);
        _arena.Allocate(Bytes, hugePages: true);
        Assert.Equal((long)Bytes, ReadyMemory.Bytes);
        Assert.Equal(Bytes, _arena.ReadyBytes(Take()));
    }

    [Fact]
    public void FillReady_LengthBetweenHugePages_FillsTheWholeOnesOnly()
    {
        const nuint Odd = Bytes + (64 * 1024);
        Request(Odd);
        FillAll();
        byte* block = _arena.Allocate(Odd, collapsible: true);
        Assert.Equal(Bytes, _arena.ReadyBytes(block));
        Assert.Equal((long)Bytes, LinuxFacts.ResidentBytes(block, Odd));
        Assert.Equal(PageMemory.FillsUsedRanges, _arena.IdentifyCollapsible(block) is null); // no other whole page
        block[Bytes] = 1;
        Assert.Equal((long)(Bytes + PageMemory.PageBytes), LinuxFacts.ResidentBytes(block, Odd));
    }

    [Fact]
    public void TryRequestReady_BeyondTheBudgetOrTheLimit_Refuses()
    {
        ReadyMemory.MaxBytes = (long)Bytes;
        Request(Bytes);
        Assert.False(_arena.TryRequestReady(Page, 8, out _));
        Take();
        Request(Page);
        Assert.False(_arena.TryRequestReady(Page, 1, out _)); // one of this length is there
        Assert.False(_arena.TryRequestReady(Page - 128, 8, out _)); // not a whole huge page
        Assert.Equal((long)Page, ReadyMemory.Bytes);

        // The maintenance thread is told once for all requests.
        Assert.True(_arena.TryRequestReady(Page, 8, out bool post));
        Assert.False(post);
    }

    [Fact]
    public void FillReady_HugePageRefused_GivesTheBlockBack()
    {
        int fills = 0;
        FaultInjection.Fill = _ => ++fills == 2;
        Request(Bytes);
        FillAll();
        Assert.Equal(2, fills);
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.Equal(0, _arena.HeldBytes);
        byte* block = Take();
        Assert.Equal((nuint)0, _arena.ReadyBytes(block));
        Assert.Equal(0, LinuxFacts.ResidentBytes(block, Bytes));
    }

    [Fact]
    public void FillReady_MappingRefused_DropsTheRequest()
    {
        FaultInjection.Map = static _ => true;
        Request(Bytes);
        Assert.True(_arena.FillReady());
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.False(_arena.HasReady);
        Assert.False(_arena.FillReady());
        FaultInjection.Map = null;
        Assert.Equal((nuint)0, _arena.ReadyBytes(Take()));
    }

    [Fact]
    public void FillReady_ScarceMemory_GivesBackTheBlocksOfAllArenas()
    {
        Arena other = new(guardPages: false);
        Assert.True(other.TryRequestReady(Page, 1, out _));
        Assert.True(other.FillReady());
        nuint asked = 0;
        FaultInjection.Scarce = bytes => (asked = bytes) != 0;
        Request(Bytes);
        Assert.False(_arena.FillReady());
        Assert.Equal(Bytes, asked);
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.Equal(0, other.HeldBytes);
    }

    [Fact]
    public void DrainRetired_GivesBackBlocksAndRequests()
    {
        byte* start = Take();
        _arena.Retire(start, Bytes);
        _arena.DrainRetired();
        Request(Bytes); // at the same place
        Request(Page);
        Assert.True(_arena.FillReady());
        Assert.Equal((long)Page, LinuxFacts.ResidentBytes(start, Bytes));
        _arena.DrainRetired();
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.Equal(0, _arena.HeldBytes);
        Assert.Equal(0, LinuxFacts.ResidentBytes(start, Bytes));
        Assert.False(_arena.FillReady());
        Assert.True(Take() == start);
    }

    [Fact]
    public void RequestTrim_GivesBackBlocks()
    {
        Request(Bytes);
        FillAll();
        FaultInjection.Post = static () => true; // so this thread does the work
        _arena.RequestTrim();
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.Equal(0, _arena.HeldBytes);
    }

    [Fact]
    public void GiveBackReady_DiscardRefused_ClearsTheBlock()
    {
        Request(Bytes);
        FillAll();
        FaultInjection.Discard = static _ => true;
        _arena.GiveBackReady();
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.Equal((long)Bytes, _arena.HeldBytes); // still resident, but no longer kept ready
        ArenaTests.AssertZero(Take(), Bytes);
    }

    [Fact]
    public void GiveBackReady_WhileAPageIsFilled_LeavesTheBlockToThatThread()
    {
        Request(Bytes);
        Assert.True(_arena.FillReady());
        long during = 0;
        FaultInjection.Fill = _ =>
        {
            _arena.GiveBackReady();
            during = ReadyMemory.Bytes;
            Assert.Equal((nuint)0, _arena.ReadyBytes(Take())); // an unwanted block is not taken
            return false;
        };
        Assert.True(_arena.FillReady());
        Assert.Equal((long)Bytes, during);
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.False(_arena.HasReady);
    }

    [Fact]
    public void Allocate_OnlyBlockIsBusy_GivesItBackAfterwards()
    {
        Request(Page);
        FaultInjection.Fill = _ =>
        {
            Assert.Equal((nuint)0, _arena.ReadyBytes(_arena.Allocate(Page, collapsible: true)));
            return false;
        };
        Assert.True(_arena.FillReady());
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.Equal((long)Page, _arena.HeldBytes); // the table alone
    }

    [Fact]
    public void PostReady_NoThread_DropsTheRequest()
    {
        FaultInjection.Post = static () => true;
        _arena.PostReady(Bytes, 1);
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.False(_arena.HasReady);

        // The next request tells the thread again.
        Assert.True(_arena.TryRequestReady(Bytes, 1, out bool post));
        Assert.True(post);
    }

    [Fact]
    public void Run_ThreadIsLost_DropsTheBlocksAndTellsTheNextOne()
    {
        Request(Bytes);
        FaultInjection.Post = static () => true;
        new ReadyWork(_arena).Run();
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.Equal(0, _arena.HeldBytes);
        Assert.True(_arena.TryRequestReady(Bytes, 1, out bool post));
        Assert.True(post);
    }

    [Fact]
    public void Run_FillThrows_DropsTheRequests()
    {
        FaultInjection.Scarce = static _ => throw new InvalidOperationException("On purpose.");
        Request(Bytes);
        Assert.Throws<InvalidOperationException>(new ReadyWork(_arena).Run);
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.True(_arena.TryRequestReady(Bytes, 1, out bool post));
        Assert.True(post);
    }

    [Fact]
    public void PostReady_ClosedOrGuarded_DoesNothing()
    {
        Arena guarded = new(guardPages: true);
        guarded.PostReady(Bytes, 1);
        _arena.Close();
        _arena.PostReady(Bytes, 1);
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.False(_arena.HasReady);
    }

    [Fact]
    public void FillReady_ClosedSince_GivesBack()
    {
        Request(Bytes);
        Assert.True(_arena.FillReady());
        _arena.Close();
        Assert.False(_arena.FillReady());
        Assert.Equal(0, ReadyMemory.Bytes);
        Assert.Equal(0, _arena.HeldBytes);
    }

    private void Request(nuint bytes) => Assert.True(_arena.TryRequestReady(bytes, 8, out _));

    private byte* Take() => _arena.Allocate(Bytes, collapsible: true);

    /// <summary>Returns the number of turns, the last of which finds nothing to do.</summary>
    private int FillAll()
    {
        int turns = 1;
        while (_arena.FillReady())
        {
            turns++;
        }

        return turns;
    }
}
