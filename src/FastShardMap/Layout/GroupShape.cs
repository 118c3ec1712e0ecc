using System.Runtime.CompilerServices;

namespace FastShardMap.Layout;

/// <summary>
/// Computes the shape of a group from the sizes and alignments of a key and a value. All methods are pure arithmetic.
/// </summary>
/// <remarks>
/// <code>
/// offset 0            8             16                                        stride
///        | control    | version     | slot 0 | slot 1 | … | slot (n-1) | gap |
/// slot:  | key | gap | value | gap |
/// </code>
/// A control word has seven tags, so a group has at most <see cref="MaxSlots"/> slots. The bench command layout
/// measures the choices per slot size; its table is in bench/results (layout.md).
/// </remarks>
internal readonly record struct GroupShape(
    int KeyBytes, int ValueOffset, int ValueBytes, int SlotBytes, int SlotsPerGroup, int StrideBytes)
{
    /// <summary>Bytes before the first slot: the control word and the version word.</summary>
    public const int HeaderBytes = 16;

    /// <summary>The maximum number of slots: a control word contains seven tags beside the overflow count.</summary>
    public const int MaxSlots = 7;

    /// <summary>The size of a cache line, which is the unit of prefetching. Small slots use groups of one line; larger
    /// slots use groups of seven slots.</summary>
    public const int LineBytes = 64;

    /// <summary>Groups up to this size are a whole number of lines. Larger groups need not be, because their headers
    /// never cross a line anyway.</summary>
    private const int LargestGroupOfWholeLines = 256;

    /// <summary>A group of large slots stays near the size of a page, with at least two slots (layout measures slots up
    /// to 256 bytes).</summary>
    private const int LargeGroupBytes = 4096;

    /// <summary>Computes the shape for keys and values of the given sizes and alignments, all in bytes.</summary>
    public static GroupShape For(int keyBytes, int keyAlignment, int valueBytes, int valueAlignment)
    {
        int valueOffset = AlignUp(keyBytes, valueAlignment);
        int slotBytes = SlotBytesOf(keyBytes, keyAlignment, valueBytes, valueAlignment);
        return new GroupShape(keyBytes, valueOffset, valueBytes, slotBytes, SlotsOf(slotBytes), StrideOf(slotBytes));
    }

    /// <summary>Returns the number of bytes per slot: key, gap, value, gap.</summary>
    public static int SlotBytesOf(int keyBytes, int keyAlignment, int valueBytes, int valueAlignment) =>
        AlignUp(
            AlignUp(keyBytes, valueAlignment) + valueBytes,
            keyAlignment > valueAlignment ? keyAlignment : valueAlignment);

    /// <summary>Returns the number of slots per group.</summary>
    public static int SlotsOf(int slotBytes) =>
        slotBytes <= (LineBytes - HeaderBytes) / (MaxSlots - 1) ? Clamp((LineBytes - HeaderBytes) / slotBytes)
        : slotBytes <= (LargeGroupBytes - HeaderBytes) / MaxSlots ? MaxSlots
        : Clamp((LargeGroupBytes - HeaderBytes) / slotBytes);

    /// <summary>Returns the number of bytes from one group to the next.</summary>
    public static int StrideOf(int slotBytes)
    {
        int used = HeaderBytes + (SlotsOf(slotBytes) * slotBytes);
        return used <= LineBytes / 2 ? LineBytes / 2
            : AlignUp(used, used <= LargestGroupOfWholeLines ? LineBytes : HeaderBytes);
    }

    /// <summary>Returns the alignment of a type, in bytes.</summary>
    public static int AlignmentOf<T>()
        where T : unmanaged => Unsafe.SizeOf<AlignmentProbe<T>>() - Unsafe.SizeOf<T>();

    private static int Clamp(int slots) => slots < 2 ? 2 : slots > MaxSlots ? MaxSlots : slots;

    private static int AlignUp(int value, int alignment) => (value + alignment - 1) & -alignment;

#pragma warning disable CS0649, CA1823, S1144 // never instantiated: only its size matters
    private struct AlignmentProbe<T>
        where T : unmanaged
    {
        public byte Lead;
        public T Value;
    }
#pragma warning restore CS0649, CA1823, S1144
}

/// <summary>The shape of the groups of one map type. The fields are static and read-only: they are constants in
/// optimized code and, unlike properties that compute them, do not count against the JIT's inlining budget.</summary>
internal static unsafe class GroupShape<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    public static readonly GroupShape Shape =
        GroupShape.For(sizeof(TKey), GroupShape.AlignmentOf<TKey>(), sizeof(TValue), GroupShape.AlignmentOf<TValue>());

    public static readonly int ValueOffset = Shape.ValueOffset;

    public static readonly int SlotBytes = Shape.SlotBytes;

    public static readonly int Slots = Shape.SlotsPerGroup;

    public static readonly int StrideBytes = Shape.StrideBytes;

    /// <summary>Whether a stale reader, which may be looking at a retired table, may read between the groups of another
    /// table in the same block. What it takes for a control word can then be any bytes. The tables of a cache are never
    /// replaced.</summary>
    public static readonly bool IsMisreadWhenStale =
        TableRef.SmallAlignment % StrideBytes != 0 && !CacheEntries.IsEntry<TValue>();
}
