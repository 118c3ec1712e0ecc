using System.Runtime.CompilerServices;

namespace FastShardMap.Layout;

/// <summary>
/// The use of each bit of a 64-bit hash. The three ranges are disjoint:
/// <code>
/// 63 ………………………………… 24 | 23 … 17 | 16 … 5 | 4 … 0
///  home group (from the top) |   tag   |  shard | unused
/// </code>
/// The shard bits start at 5, so that masking the hash gives the byte offset of a 32-byte read view without a shift.
/// </summary>
internal static class HashBits
{
    public const int ShardShift = 5;
    public const int MaxShards = 1 << 12;
    private const int TagShift = 17;

    /// <summary>Returns the byte offset of the shard's read view: the shard index times 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static nuint ViewOffset(ulong hash, nuint viewMask) => (nuint)hash & viewMask;

    /// <summary>Returns the control byte of an entry with this hash. The high bit is set, so the byte is never 0
    /// (empty). Only the low 8 bits count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static uint Tag(ulong hash) => (uint)(hash >> TagShift) | ControlWord.OccupiedBit;
}
