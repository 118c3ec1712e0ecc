using System.Runtime.Intrinsics.X86;

namespace FastShardMap.Bench.Floor;

/// <summary>
/// What memory allows: for each key one hash and one load of 16 bytes at the place the hash names. No tag, no
/// comparison, no collision; no map that finds its pairs by hashing can be faster.
/// </summary>
/// <remarks>
/// The table has a slot for each of the pairs a map of that many would hold and not one more, unless the next power of
/// two is so near (5 %) that a mask may replace the range multiplication.
/// </remarks>
internal sealed unsafe partial class FloorTable : IDisposable
{
    public const int SlotBytes = 16;

    /// <summary>
    /// Loads in flight in the prefetched form: past the 10 to 16 line-fill buffers of today's cores more changes
    /// nothing.
    /// </summary>
    private const int PrefetchDistance = 24;

    private readonly NativePages _pages;
    private readonly ulong _slots;
    private readonly bool _isMasked;

    public FloorTable(long pairs, bool huge)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, 1);
        ulong power = System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)pairs);
        _isMasked = power <= (ulong)pairs + ((ulong)pairs / 20);
        _slots = _isMasked ? power : (ulong)pairs;
        _pages = new NativePages((long)_slots * SlotBytes, huge);

        // Touched and filled: an untouched page would be the system's one shared page of zeros and always in cache.
        ulong* words = (ulong*)_pages.Address;
        for (ulong i = 0; i < _slots * 2; i++)
        {
            words[i] = i;
        }
    }

    public double HugeShare => _pages.HugeShare();

    public long Bytes => (long)_pages.Bytes;

    public void Dispose()
    {
        _pages.Dispose();
        _locks.Dispose();
    }

    /// <summary>Loads that do not wait for one another: throughput.</summary>
    public ulong Independent(ReadOnlySpan<ulong> keys) =>
        _isMasked ? Independent<MaskedIndex>(keys) : Independent<ScaledIndex>(keys);

    /// <summary>Loads of which each waits for the one before it: latency.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="zero">Zero, as a number the compiler cannot know.</param>
    public ulong Dependent(ReadOnlySpan<ulong> keys, ulong zero) =>
        _isMasked ? Dependent<MaskedIndex>(keys, zero) : Dependent<ScaledIndex>(keys, zero);

    /// <summary>Loads asked for well before they are needed.</summary>
    public ulong Prefetched(ReadOnlySpan<ulong> keys) =>
        _isMasked ? Prefetched<MaskedIndex>(keys) : Prefetched<ScaledIndex>(keys);

    private ulong Independent<TIndex>(ReadOnlySpan<ulong> keys)
        where TIndex : struct, IIndex
    {
        byte* slots = _pages.Address;
        ulong count = _slots;
        ulong sum = 0;
        foreach (ulong key in keys)
        {
            ulong* slot = (ulong*)(slots + (TIndex.Of(key, count) * SlotBytes));
            sum += slot[0] ^ slot[1];
        }

        GC.KeepAlive(this);
        return sum;
    }

    private ulong Dependent<TIndex>(ReadOnlySpan<ulong> keys, ulong zero)
        where TIndex : struct, IIndex
    {
        byte* slots = _pages.Address;
        ulong count = _slots;
        ulong sum = 0;
        ulong last = 0;
        foreach (ulong key in keys)
        {
            ulong* slot = (ulong*)(slots + (TIndex.Of(key ^ (last & zero), count) * SlotBytes));
            last = slot[0] ^ slot[1];
            sum += last;
        }

        GC.KeepAlive(this);
        return sum;
    }

    private ulong Prefetched<TIndex>(ReadOnlySpan<ulong> keys)
        where TIndex : struct, IIndex
    {
        byte* slots = _pages.Address;
        ulong count = _slots;
        ulong sum = 0;
        int ahead = Math.Min(PrefetchDistance, keys.Length);
        for (int i = 0; i < ahead; i++)
        {
            Prefetch(slots + (TIndex.Of(keys[i], count) * SlotBytes));
        }

        for (int i = 0; i < keys.Length; i++)
        {
            if (i + PrefetchDistance < keys.Length)
            {
                Prefetch(slots + (TIndex.Of(keys[i + PrefetchDistance], count) * SlotBytes));
            }

            ulong* slot = (ulong*)(slots + (TIndex.Of(keys[i], count) * SlotBytes));
            sum += slot[0] ^ slot[1];
        }

        GC.KeepAlive(this);
        return sum;
    }

    private static void Prefetch(byte* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
        else
        {
            // No prefetch instruction reachable from C# here (ARM64): a load whose result nobody waits for does nearly
            // the same.
            _ = Volatile.Read(ref *address);
        }
    }

    /// <summary>The 128-bit product folded: as cheap as a hash gets that is good enough for a table.</summary>
    private static ulong Hash(ulong key)
    {
        ulong high = Math.BigMul(key ^ 0x2D358DCCAA6C78A5, 0x8BB84B93962EACC9, out ulong low);
        return high ^ low;
    }

    private interface IIndex
    {
        static abstract ulong Of(ulong key, ulong slots);
    }

    private readonly struct MaskedIndex : IIndex
    {
        public static ulong Of(ulong key, ulong slots) => Hash(key) & (slots - 1);
    }

    private readonly struct ScaledIndex : IIndex
    {
        public static ulong Of(ulong key, ulong slots) => Math.BigMul(Hash(key), slots, out _);
    }
}
