using FastShardMap.Layout;

namespace FastShardMap.Tests.Layout;

public sealed unsafe class TableRefTests
{
    private const int Seed = 20_260_101;

    public static TheoryData<int, int> Sizes
    {
        get
        {
            TheoryData<int, int> sizes = [];
            foreach (int log2 in new[] { 0, 1, 2, 3, 7, 12, 13, 14, 20, 31, 32, 33, 40, 52, 57 })
            {
                for (int sixteenths = log2 < 13 ? 16 : 9; sixteenths <= 16; sixteenths++)
                {
                    sizes.Add(log2, sixteenths);
                }
            }

            return sizes;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Create_EverySize_GivesBackAddressAndSize(int log2, int sixteenths)
    {
        TableSize size = new(log2, sixteenths);
        ulong alignment = (ulong)(sixteenths == 16 ? TableRef.SmallAlignment : TableRef.FractionalAlignment);
        foreach (ulong address in new ulong[]
        {
            alignment,
            3 * alignment,
            0x7FFF_FFFF_F000,
            0x7FFF_FFFF_FFFF / alignment * alignment,
        })
        {
            TableRef table = TableRef.Create((byte*)address, size);

            Assert.Equal(address, (ulong)table.Base);
            Assert.Equal(size, table.Size);
            Assert.Equal(size.Groups, table.Groups);
            Assert.Equal(sixteenths != 16, table.IsFractional);
            Assert.False(table.IsNone);
            Assert.Equal(table, TableRef.FromWord(table.Word));
        }

        Assert.True(TableRef.None.IsNone);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Home_AnyHash_IsWithinTheTableAndMonotone(int log2, int sixteenths)
    {
        TableRef table = At(log2, sixteenths);
        ulong groups = table.Groups;
        Random random = new(Seed);
        ulong[] hashes =
        [
            0, 1, 2, 3, ulong.MaxValue - 1, ulong.MaxValue,
            .. Enumerable.Range(0, 5000).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue)),
        ];
        Array.Sort(hashes);
        ulong last = 0;
        foreach (ulong hash in hashes)
        {
            ulong home = table.Home(hash);
            Assert.InRange(home, last, groups - 1);
            last = home;
        }

        Assert.Equal(0UL, table.Home(0));
        Assert.Equal(groups - 1, table.Home(ulong.MaxValue));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void FirstHashOf_AnyGroup_IsTheInverseOfHome(int log2, int sixteenths)
    {
        TableRef table = At(log2, sixteenths);
        ulong groups = table.Groups;
        Random random = new(Seed);
        ulong[] indexes =
        [
            0, 1, 2, groups / 2, groups - 2, groups - 1,
            .. Enumerable.Range(0, 2000).Select(_ => (ulong)random.NextInt64() % groups),
        ];
        foreach (ulong index in indexes.Where(index => index < groups))
        {
            ulong first = table.FirstHashOf(index);
            Assert.Equal(index, table.Home(first));
            if (index > 0)
            {
                Assert.Equal(index - 1, table.Home(first - 1));
            }
        }

        Assert.Equal(0UL, table.FirstHashOf(groups));
        Assert.Equal(0UL, table.FirstHashOf(ulong.MaxValue));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void HomeGroup_AllForms_Agree(int log2, int sixteenths)
    {
        TableRef table = At(log2, sixteenths);
        Random random = new(Seed);
        for (int i = 0; i < 1000; i++)
        {
            ulong hash = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            byte* expected = table.Base + (table.Home(hash) * 64);

            Assert.Equal((nuint)expected, (nuint)table.HomeGroup(hash, 64));
            Assert.Equal(
                (nuint)expected,
                (nuint)(table.IsFractional
                    ? table.FractionalHomeGroup(hash, 64)
                    : table.PowerOfTwoHomeGroup(hash, 64)));
        }
    }

    [Fact]
    public void Home_HashesSpreadEvenly_FillEveryGroupAlike()
    {
        foreach (int sixteenths in Enumerable.Range(9, 8))
        {
            TableRef table = At(13, sixteenths);
            int[] counts = new int[table.Groups];
            const int PerGroup = 16;
            ulong step = ulong.MaxValue / (table.Groups * PerGroup);
            for (ulong i = 0; i < table.Groups * PerGroup; i++)
            {
                counts[table.Home(i * step)]++;
            }

            Assert.InRange(counts.Min(), PerGroup - 2, PerGroup + 2);
            Assert.InRange(counts.Max(), PerGroup - 2, PerGroup + 2);
        }
    }

    private static TableRef At(int log2, int sixteenths) =>
        TableRef.Create((byte*)(16UL * TableRef.FractionalAlignment), new TableSize(log2, sixteenths));
}
