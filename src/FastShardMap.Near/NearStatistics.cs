using System.Runtime.InteropServices;

namespace FastShardMap.Near;

/// <summary>What a near map has done since it was connected.</summary>
/// <param name="Entries">Near copies now. Some can be void or expired.</param>
/// <param name="BytesAllocated">Unmanaged memory for near copies.</param>
/// <param name="Hits">Reads that a near copy answered; zero unless <see cref="NearMapOptions.CountHits"/> is
/// set.</param>
/// <param name="Misses">Reads that asked the engine.</param>
/// <param name="Joined">Reads that waited for the answer to another read of the same key.</param>
/// <param name="Fills">Near copies that were stored.</param>
/// <param name="RefusedFills">Answers that were not stored, because the key may have changed in the meantime.</param>
/// <param name="Invalidations">Changes of keys that the engine or other maps have reported.</param>
/// <param name="FormatErrors">Reads that threw <see cref="NearFormatException"/>.</param>
/// <param name="Suspensions">How often the map stopped serving near copies.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct NearStatistics(
    long Entries,
    long BytesAllocated,
    long Hits,
    long Misses,
    long Joined,
    long Fills,
    long RefusedFills,
    long Invalidations,
    long FormatErrors,
    long Suspensions);
