using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

public sealed unsafe class PageMemoryTests
{
    private const nuint Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4096, 4096)]
    [InlineData(100_000, 65536)]
    [InlineData(3 * 1024 * 1024, 2 * 1024 * 1024)]
    public void Map_AnyAlignment_IsAlignedZeroAndWritable(int bytes, int alignment)
    {
        byte* start = PageMemory.Map((nuint)bytes, (nuint)alignment);
        try
        {
            Assert.Equal(0u, (nuint)start % (nuint)alignment);
            Assert.Equal(0u, (nuint)start % PageMemory.PageBytes);
            Assert.Equal(-1, new ReadOnlySpan<byte>(start, bytes).IndexOfAnyExcept((byte)0));
            start[0] = start[bytes - 1] = 1;
        }
        finally
        {
            PageMemory.Unmap(start, (nuint)bytes);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(4095)]
    public void Map_LengthNearTheEndOfTheNumbers_ThrowsAndNeverWraps(int belowMaximum)
    {
        nuint bytes = nuint.MaxValue - (nuint)belowMaximum;
        OutOfMemoryException exception = Assert.Throws<OutOfMemoryException>(() => { PageMemory.Map(bytes, 4096); });
        Assert.Contains(
            bytes.ToString(System.Globalization.CultureInfo.InvariantCulture),
            exception.Message,
            StringComparison.Ordinal);
        Assert.Throws<OutOfMemoryException>(() => { PageMemory.Map(4096, (nuint)1 << ((8 * sizeof(nuint)) - 1)); });
    }

    [Fact]
    public void Map_MoreThanTheAddressSpace_ThrowsOutOfMemory()
    {
        Assert.SkipUnless(Environment.Is64BitProcess, "Needs a length that only 64 bits can express.");
        Assert.Throws<OutOfMemoryException>(() => { PageMemory.Map((nuint)1 << 60, 4096); });
    }

    [Fact]
    public void Map_Injected_FailsTheChosenCallOnly()
    {
        int call = 0;
        FaultInjection.Map = _ => ++call == 2;
        try
        {
            byte* first = PageMemory.Map(4096, 4096);
            Assert.Throws<OutOfMemoryException>(() => { PageMemory.Map(4096, 4096); });
            byte* third = PageMemory.Map(4096, 4096);
            PageMemory.Unmap(first, 4096);
            PageMemory.Unmap(third, 4096);
        }
        finally
        {
            FaultInjection.Map = null;
        }
    }

    [Fact]
    public void TryDiscard_DirtyPages_ReadZeroAndAreNotResident()
    {
        const nuint Bytes = 4 * Megabyte;
        byte* start = PageMemory.Map(Bytes, PageMemory.PageBytes);
        new Span<byte>(start, (int)Bytes).Fill(0xAB);
        bool zero = PageMemory.TryDiscard(start, Bytes);
        if (OperatingSystem.IsLinux())
        {
            Assert.True(zero);
            Assert.Equal(0, LinuxFacts.ResidentBytes(start, Bytes));
        }

        if (zero)
        {
            Assert.Equal(-1, new ReadOnlySpan<byte>(start, (int)Bytes).IndexOfAnyExcept((byte)0));
        }

        start[12345] = 1;
        PageMemory.Unmap(start, Bytes);
    }

    [Theory]
    [InlineData(0, 3 * 65536, false)]
    [InlineData(128, 200_064, false)]
    [InlineData(128, 256, false)]
    [InlineData(4000, 200, false)]
    [InlineData(128, 200_064, true)]
    public void DiscardOrClear_AnyEdges_ClearsTheRangeAndNothingElse(int offset, int bytes, bool refused)
    {
        byte* start = PageMemory.Map(Megabyte, PageMemory.PageBytes);
        Span<byte> all = new(start, (int)Megabyte);
        all.Fill(0xCD);
        FaultInjection.Discard = refused ? _ => true : null;
        try
        {
            bool discarded = PageMemory.DiscardOrClear(start + offset, (nuint)bytes);
            Assert.False(discarded && refused);
        }
        finally
        {
            FaultInjection.Discard = null;
        }

        Assert.Equal(-1, all.Slice(offset, bytes).IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, all[..offset].IndexOfAnyExcept((byte)0xCD));
        Assert.Equal(-1, all[(offset + bytes)..].IndexOfAnyExcept((byte)0xCD));
        PageMemory.Unmap(start, Megabyte);
    }

    [Fact]
    [Trait("Category", "Heavy")] // not slow: but the emulator accepts the advice and does nothing
    public void Prefault_PartlyWrittenRange_IsResidentAndUnchanged()
    {
        const nuint Bytes = 2 * Megabyte;
        byte* start = PageMemory.Map(Bytes, PageMemory.PageBytes);
        start[7] = 7;
        start[Bytes - 1] = 9;
        PageMemory.Prefault(start + 3, Bytes - 3);
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal((long)Bytes, LinuxFacts.ResidentBytes(start, Bytes));
        }

        Assert.Equal(7, start[7]);
        Assert.Equal(9, start[Bytes - 1]);
        PageMemory.Unmap(start, Bytes);
    }

    [Fact]
    public void TryCollapse_RangeThatForbadeHugePages_KeepsItsContents()
    {
        const nuint Bytes = 2 * PageMemory.HugePageBytes;
        byte* start = PageMemory.Map(Bytes, PageMemory.HugePageBytes);
        PageMemory.TryForbidHugePages(start, Bytes);
        for (nuint offset = 0; offset < Bytes; offset += 4096)
        {
            *(nuint*)(start + offset) = offset;
        }

        // Whether the kernel has a huge page to spare is its own affair; what it does must not show.
        _ = PageMemory.TryCollapse(start, Bytes);
        for (nuint offset = 0; offset < Bytes; offset += 4096)
        {
            Assert.Equal(offset, *(nuint*)(start + offset));
        }

        PageMemory.Unmap(start, Bytes);
    }
}
