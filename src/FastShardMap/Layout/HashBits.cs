using System.Runtime.CompilerServices;

namespace FastShardMap.Layout;

/// <summary>
/// The use of each bit of a 64-bit hash. The three ranges are disjoint:
/// <code>
/// 63 ………………………………… 24 | 23 … 17 | 16 … 5 | 4 … 0
///  home group (from the top) |   tag   |  shard | unused
/// </code>
/// Bits 24 to 27, which choose no home group but in tables of more than 2^36 groups, choose the bit of the overflow
/// filter (<see cref="VersionWord"/>).
/// The shard bits start at 5, so that masking the hash gives the byte offset of a 32-byte read view without a shift.
/// </summary>
internal static class HashBits
{
    public const int ShardShift = 5;
    public const int MaxShards = 1 << 12;
    public const int HomeShift = 24;
    private const int TagShift = 17;

    /// <summary>The number of bits of the overflow filter in the version of a group.</summary>
    public const int FilterBits = 16;

    /// <summary>The bits below the tag: those of the shard, and the unused ones.</summary>
    public const ulong ShardBits = (1UL << TagShift) - 1;

    /// <summary>Returns the byte offset of the shard's read view: the shard index times 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static nuint ViewOffset(ulong hash, nuint viewMask) => (nuint)hash & viewMask;

    /// <summary>Returns the bit of an overflow filter that stands for this hash. It comes from the lowest bits for the
    /// home group, which choose no home group in tables of up to 2^36 groups.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: miss-1k
    public static int FilterBit(ulong hash) => (int)(hash >> HomeShift) & (FilterBits - 1);

    /// <summary>Returns the control byte of an entry with this hash. The high bit is set, so the byte is never 0
    /// (empty). Only the low 8 bits count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static uint Tag(ulong hash) => (uint)(hash >> TagShift) | ControlWord.OccupiedBit;
}
