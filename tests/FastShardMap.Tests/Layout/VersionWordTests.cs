using FastShardMap.Layout;

namespace FastShardMap.Tests.Layout;

public sealed class VersionWordTests
{
    /// <summary>A version with every bit of its count set: the next write carries out of it.</summary>
    private static readonly VersionWord s_last = new(~(default(VersionWord).AfterWrite().Word - 1));

    [Fact]
    public void PassedBy_AnyHash_SetsOneOfSixteenBits()
    {
        HashSet<ulong> filters = [];
        for (int bit = 0; bit < 64; bit++)
        {
            VersionWord version = default(VersionWord).PassedBy(1UL << bit);
            Assert.True(version.MayBePassedBy(1UL << bit));
            Assert.Equal(1, System.Numerics.BitOperations.PopCount(version.Word));
            Assert.True(version.IsStable);
            Assert.Equal(bit is < 24 or > 27, version.MayBePassedBy(0));
        }

        for (ulong bits = 0; bits < 64; bits++)
        {
            filters.Add(default(VersionWord).PassedBy(bits << 24).Word);
        }

        Assert.Equal(16, filters.Count);
        Assert.Equal(VersionWord.Disposed.Word, filters.Aggregate(static (all, filter) => all | filter));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Filter_WhateverIsWritten_Stays(bool atTheEndOfTheCount)
    {
        VersionWord version = (atTheEndOfTheCount ? s_last : default).PassedBy(5UL << 24).PassedBy(15UL << 24);
        VersionWord[] later =
        [
            version.BeginWrite(), version.BeginWrite().EndWrite(), version.AfterWrite(), version.AfterMove(),
            version.AfterWrite().AfterWrite(),
        ];
        foreach (VersionWord each in later)
        {
            for (ulong bits = 0; bits < 16; bits++)
            {
                Assert.Equal(bits is 5 or 15, each.MayBePassedBy(bits << 24));
            }

            Assert.Equal(each.Word & 7, each.WithoutFilter().Word & 0x7_FFFF);
            Assert.False(each.WithoutFilter().HasFilter);
        }
    }

    [Fact]
    public void Count_OfFortyFiveBits_LiesAboveTheFilter()
    {
        Assert.Equal(1UL << 19, default(VersionWord).AfterWrite().Word);
        Assert.Equal(default, s_last.AfterWrite());
        Assert.Equal(VersionWord.Disposed, new VersionWord(s_last.Word | VersionWord.Disposed.Word).AfterWrite());
    }

    [Fact]
    public void HasFilterOf_AnotherVersion_ComparesBitByBit()
    {
        VersionWord both = default(VersionWord).PassedBy(1UL << 24).PassedBy(2UL << 24);
        VersionWord one = s_last.PassedBy(1UL << 24);
        Assert.True(both.HasFilterOf(one));
        Assert.False(one.HasFilterOf(both));
        Assert.True(one.HasFilterOf(default));
    }

    [Fact]
    public void OfCopy_AnyVersion_KeepsTheFilterAlone()
    {
        ulong passed = ControlWord.IncrementOverflow(ControlWord.Empty);
        VersionWord filter = default(VersionWord).PassedBy(3UL << 24);
        VersionWord written = s_last.PassedBy(3UL << 24).AfterMove();
        Assert.Equal(filter, written.OfCopy(passed));
        Assert.Equal(default, written.OfCopy(ControlWord.Empty));

        // The id of a thread is where the filter was, and must not be taken for one.
        Assert.Equal(VersionWord.Disposed, VersionWord.LockedBy(int.MaxValue).OfCopy(passed));
        Assert.Equal(VersionWord.Disposed, VersionWord.LockedBy(1).OfCopy(passed));
        Assert.Equal(default, VersionWord.LockedBy(1).OfCopy(ControlWord.Empty));
    }
}
