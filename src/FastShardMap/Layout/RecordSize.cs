using System.Numerics;

namespace FastShardMap.Layout;

/// <summary>The size classes of records: multiples of 8 bytes up to 256 bytes, and then eight classes per doubling, so
/// that rounding wastes at most an eighth.</summary>
internal static class RecordSize
{
    /// <summary>The number of classes. The first two are not used, because inline keys are shorter.</summary>
    public const int Classes = FineClasses + (8 * Doublings);

    private const int FineBytes = 256;
    private const int FineClasses = (FineBytes / 8) + 1;
    private const int FineLog2 = 8;
    private const int Doublings = 7;

    /// <summary>Returns the class of the records for this many bytes, 1 to 32,768.</summary>
    public static int ClassOf(int bytes)
    {
        if (bytes <= FineBytes)
        {
            return (bytes + 7) >> 3;
        }

        int log2 = BitOperations.Log2((uint)(bytes - 1));
        return FineClasses + ((log2 - FineLog2) * 8) + ((bytes - 1) >> (log2 - 3)) - 8;
    }

    /// <summary>Returns the number of bytes of the records of a class.</summary>
    public static int BytesOf(int sizeClass)
    {
        if (sizeClass < FineClasses)
        {
            return sizeClass * 8;
        }

        int coarse = sizeClass - FineClasses;
        return (9 + (coarse & 7)) << (FineLog2 - 3 + (coarse >> 3));
    }

    /// <summary>Returns the largest class whose records fit into this many bytes; 0 if there is none.</summary>
    public static int LargestClassWithin(long bytes)
    {
        if (bytes < RecordKey.MaxInlineBytes + 1)
        {
            return 0;
        }

        int sizeClass = ClassOf((int)Math.Min(bytes, BytesOf(Classes - 1)));
        return BytesOf(sizeClass) <= bytes ? sizeClass : sizeClass - 1;
    }
}
