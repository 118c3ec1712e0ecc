using System.Numerics;

namespace FastShardMap.Layout;

/// <summary>A possible number of groups of a table: a power of two (16 sixteenths), or 9 to 15 sixteenths of a power of
/// two of at least <see cref="MinFractionalLog2"/> bits.</summary>
internal readonly record struct TableSize(int EnclosingLog2, int Sixteenths)
{
#if DEBUG
    public const int MinFractionalLog2 = 6; // Debug builds are for tests, where fractional tables should be common
#else
    /// <summary>The minimum size of fractional tables. Smaller tables are powers of two: they fit into the caches,
    /// where the multiplication is noticeable, and a fraction would save little.</summary>
    public const int MinFractionalLog2 = 13;
#endif

    /// <summary>The maximum load factor. At 4/5 a third of the groups have an overflow count, at 6/7 nearly half. Below
    /// 0.784, the worst moment of growth would need more than 70 bytes per 16-byte entry.</summary>
    private const int LoadNumerator = 4;
    private const int LoadDenominator = 5;

    public ulong Groups => Sixteenths == 16 ? 1UL << EnclosingLog2 : (ulong)Sixteenths << (EnclosingLog2 - 4);

    public static TableSize PowerOfTwo(int log2) => new(log2, 16);

    /// <summary>Returns the maximum number of entries of a table before it grows.</summary>
    /// <remarks>A table of one group may be full, because no probe sequence goes past it. Larger tables keep a slot
    /// free, so that every search ends.</remarks>
    public static long MaxEntries(ulong groups, int slotsPerGroup)
    {
        if (groups == 1)
        {
            return slotsPerGroup;
        }

        UInt128 slots = (UInt128)groups * (uint)slotsPerGroup;
        return checked((long)(slots * LoadNumerator / LoadDenominator));
    }

    /// <summary>Returns the smallest table for <paramref name="entries"/> entries.</summary>
    /// <exception cref="OverflowException">No table is large enough.</exception>
    public static TableSize ForEntries(long entries, int slotsPerGroup)
    {
        if (entries <= slotsPerGroup)
        {
            return PowerOfTwo(0);
        }

        UInt128 needed = ((UInt128)entries * LoadDenominator) + (LoadNumerator * (uint)slotsPerGroup) - 1;
        ulong groups = checked((ulong)(needed / (LoadNumerator * (uint)slotsPerGroup)));
        int log2 = checked((int)BitOperations.Log2(groups - 1) + 1);
        if (log2 > 57)
        {
            throw new OverflowException("The capacity exceeds what a table can hold.");
        }

        if (log2 < MinFractionalLog2)
        {
            return PowerOfTwo(log2);
        }

        ulong unit = 1UL << (log2 - 4);
        int sixteenths = (int)((groups + unit - 1) / unit);
        return new TableSize(log2, sixteenths);
    }

    /// <summary>Returns the size to which a full table grows: the next power of two of at least 1.75 times its
    /// groups.</summary>
    public static TableSize GrowFrom(ulong groups) =>
        PowerOfTwo(BitOperations.Log2(checked((groups * 7 / 4) - 1)) + 1);

    /// <summary>Returns the number of bytes of a table of this size. Fractional tables take whole pages, so that their
    /// blocks start on a page.</summary>
    /// <exception cref="OverflowException">The table is larger than the address space.</exception>
    public nuint Bytes(int strideBytes)
    {
        nuint bytes = checked((nuint)Groups * (nuint)strideBytes);
        return Sixteenths == 16
            ? bytes
            : checked(bytes + TableRef.FractionalAlignment - 1) & ~(nuint)(TableRef.FractionalAlignment - 1);
    }
}
