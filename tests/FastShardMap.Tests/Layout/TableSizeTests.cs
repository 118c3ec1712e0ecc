using System.Numerics;
using FastShardMap.Layout;

namespace FastShardMap.Tests.Layout;

public sealed class TableSizeTests
{
    public static TheoryData<int> SlotCounts => [2, 3, 4, 5, 6, 7];

    [Theory]
    [MemberData(nameof(SlotCounts))]
    public void ForEntries_SmallNumbers_IsTheSmallestTableThatTakesThem(int slots)
    {
        for (long entries = 0; entries <= 20_000; entries++)
        {
            AssertFits(entries, slots);
        }
    }

    [Theory]
    [MemberData(nameof(SlotCounts))]
    public void ForEntries_AroundEveryPowerOfTwo_TakesThemWithLittleToSpare(int slots)
    {
        for (int log2 = 14; log2 <= 56; log2++)
        {
            foreach (long difference in new[] { -1000L, -1, 0, 1, 1000 })
            {
                AssertFits((1L << log2) + difference, slots);
                AssertFits((3L << (log2 - 1)) + difference, slots);
            }
        }
    }

    [Fact]
    public void ForEntries_PastTwoToThe31Slots_DoesNotWrap()
    {
        TableSize size = TableSize.ForEntries(6_000_000_000, slotsPerGroup: 3);

        Assert.InRange(size.Groups, 2_000_000_000UL, 3_000_000_000UL);
        Assert.Equal(size.Groups * 64, (ulong)size.Bytes(64));
        Assert.InRange(TableSize.MaxEntries(size.Groups, 3), 6_000_000_000, 7_000_000_000);
    }

    [Theory]
    [MemberData(nameof(SlotCounts))]
    public void ForEntries_MoreThanAnyTable_Throws(int slots)
    {
        Assert.Throws<OverflowException>(() => TableSize.ForEntries(long.MaxValue, slots));
        Assert.Throws<OverflowException>(() => TableSize.ForEntries(1L << 61, slots));
    }

    [Fact]
    public void MaxEntries_NumbersPastTheWord_Throws()
    {
        Assert.InRange(TableSize.MaxEntries(1UL << 57, 7), (1L << 57) * 5, (1L << 57) * 7);
        Assert.Throws<OverflowException>(() => TableSize.MaxEntries(1UL << 61, 7));
        Assert.Throws<OverflowException>(() => TableSize.MaxEntries(ulong.MaxValue, 7));
    }

    [Fact]
    public void MaxEntries_MoreThanOneGroup_LeavesASlotFree()
    {
        foreach (int slots in Enumerable.Range(2, 6))
        {
            Assert.Equal(slots, TableSize.MaxEntries(1, slots));
            for (ulong groups = 2; groups < 5000; groups++)
            {
                Assert.InRange(TableSize.MaxEntries(groups, slots), 1, ((long)groups * slots) - 1);
            }
        }
    }

    [Fact]
    public void Bytes_ProductPastTheWord_Throws()
    {
        Assert.Equal((nuint)1 << 63, TableSize.PowerOfTwo(57).Bytes(64));
        Assert.Throws<OverflowException>(() => TableSize.PowerOfTwo(58).Bytes(64));
        Assert.Throws<OverflowException>(() => TableSize.PowerOfTwo(57).Bytes(16_448));
        Assert.Throws<OverflowException>(() => new TableSize(57, 15).Bytes(320));

        // Just inside: only the rounding to whole pages wraps.
        Assert.Throws<OverflowException>(() => new TableSize(57, 15).Bytes(int.MaxValue));
    }

    [Fact]
    public void Bytes_Fractional_AreWholePages()
    {
        foreach (int stride in new[] { 32, 64, 128, 192, 256, 16_448 })
        {
            for (int sixteenths = 9; sixteenths < 16; sixteenths++)
            {
                TableSize size = new(13, sixteenths);
                Assert.Equal(0u, size.Bytes(stride) % TableRef.FractionalAlignment);
                Assert.InRange(
                    size.Bytes(stride),
                    size.Groups * (nuint)stride,
                    (size.Groups * (nuint)stride) + TableRef.FractionalAlignment - 1);
            }
        }
    }

    [Fact]
    public void GrowFrom_EverySize_IsAPowerOfTwoOfOneAndThreeQuartersToThreeAndAHalfTimes()
    {
        Assert.Equal(2UL, TableSize.GrowFrom(1).Groups);
        for (ulong groups = 2; groups < 70_000; groups++)
        {
            TableSize size = TableSize.GrowFrom(groups);
            Assert.Equal(16, size.Sixteenths);
            Assert.True(BitOperations.IsPow2(size.Groups));
            Assert.InRange(size.Groups, groups * 7 / 4, groups * 7 / 2);
        }

        Assert.Throws<OverflowException>(() => TableSize.GrowFrom(ulong.MaxValue / 4));
    }

    private static void AssertFits(long entries, int slots)
    {
        TableSize size = TableSize.ForEntries(entries, slots);
        long takes = TableSize.MaxEntries(size.Groups, slots);
        bool powerOfTwo = size.Sixteenths == 16;

        // The next smaller size: a sixteenth less, where fractions exist, or half.
        ulong smaller = size.EnclosingLog2 >= TableSize.MinFractionalLog2
            ? size.Groups - (1UL << (size.EnclosingLog2 - 4))
            : size.Groups / 2;
        bool sound = takes >= entries
            && size.Sixteenths is >= 9 and <= 16
            && size.EnclosingLog2 is >= 0 and <= 57
            && (powerOfTwo || size.EnclosingLog2 >= TableSize.MinFractionalLog2)
            && (smaller == 0 || TableSize.MaxEntries(smaller, slots) < entries);
        Assert.True(sound, $"{entries} entries, {slots} slots: {size} takes {takes}, {smaller} groups would do");
    }
}
