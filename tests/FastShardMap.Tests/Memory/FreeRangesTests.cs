using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

public sealed class FreeRangesTests
{
    [Fact]
    public void Add_NeighboursInAnyOrder_BecomeOneRange()
    {
        FreeRanges free = new();
        free.Add(new AddressRange(1000, 100));
        free.Add(new AddressRange(1200, 100));
        free.Add(new AddressRange(900, 100));
        free.Add(new AddressRange(1100, 100));
        Assert.Equal([new AddressRange(900, 400)], free.Ranges.ToArray());
        Assert.Equal(400u, free.TotalBytes);
    }

    [Fact]
    public void TryTake_AlignedInTheMiddle_LeavesBothEnds()
    {
        FreeRanges free = new();
        free.Add(new AddressRange(0x1080, 0x3000));
        Assert.True(free.TryTake(0x1000, 0x1000, out nuint start));
        Assert.Equal(0x2000u, start);
        Assert.Equal([new AddressRange(0x1080, 0xF80), new AddressRange(0x3000, 0x1080)], free.Ranges.ToArray());
        Assert.False(free.TryTake(0x1081, 1, out _));
        Assert.True(free.TryTake(0x1080, 0x1000, out _));
        Assert.True(free.TryTake(0xF80, 0x80, out _));
        Assert.Equal(0, free.Count);
    }

    [Fact]
    public void Remove_AcrossSeveralRanges_CutsOnlyWhatOverlaps()
    {
        FreeRanges free = new();
        free.Add(new AddressRange(100, 100));
        free.Add(new AddressRange(300, 100));
        free.Add(new AddressRange(500, 100));
        free.Remove(new AddressRange(200, 100));
        Assert.Equal(300u, free.TotalBytes);
        free.Remove(new AddressRange(150, 400));
        Assert.Equal([new AddressRange(100, 50), new AddressRange(550, 50)], free.Ranges.ToArray());
        free.Remove(new AddressRange(110, 10));
        Assert.Equal(
            [new AddressRange(100, 10), new AddressRange(120, 30), new AddressRange(550, 50)],
            free.Ranges.ToArray());
        Assert.Equal(90u, free.TotalBytes);
        Assert.True(free.TryFind(149, out AddressRange found));
        Assert.Equal(new AddressRange(120, 30), found);
        Assert.False(free.TryFind(150, out _));
        Assert.False(free.TryFind(99, out _));
    }

    [Fact]
    public void AddAndTake_RandomSequence_AgreeWithAByteMap()
    {
        const int Granules = 4096;
        int seed = Random.Shared.Next();
        Random random = new(seed);
        bool[] isFree = new bool[Granules];
        Array.Fill(isFree, value: true);
        FreeRanges free = new();
        free.Add(new AddressRange(128, Granules * 128));
        List<AddressRange> taken = [];
        for (int step = 0; step < 20_000; step++)
        {
            if (taken.Count > 0 && random.Next(100) < 48)
            {
                int index = random.Next(taken.Count);
                free.Add(taken[index]);
                Mark(taken[index], value: true);
                taken.RemoveAt(index);
            }
            else
            {
                nuint bytes = 128u * (nuint)random.Next(1, 64);
                nuint alignment = (nuint)128 << random.Next(4);
                if (free.TryTake(bytes, alignment, out nuint start))
                {
                    Assert.Equal(0u, start % alignment);
                    taken.Add(new AddressRange(start, bytes));
                    Mark(taken[^1], value: false);
                }
            }
        }

        Assert.Equal((nuint)isFree.Count(static value => value) * 128, free.TotalBytes);
        for (int index = 1; index < free.Count; index++)
        {
            Assert.True(free.Ranges[index - 1].End < free.Ranges[index].Start, $"Unmerged neighbours, seed {seed}");
        }

        void Mark(AddressRange range, bool value)
        {
            for (nuint at = range.Start; at < range.End; at += 128)
            {
                int granule = (int)(at / 128) - 1;
                Assert.NotEqual(value, isFree[granule]);
                isFree[granule] = value;
            }
        }
    }
}
