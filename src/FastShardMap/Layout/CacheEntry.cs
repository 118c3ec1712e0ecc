using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>The value of a cache's slot: the user's value, the mark and the expiry. The mark has a byte of its own.
/// Readers that own no lock write that byte and nothing else. Everything that looks at the mark takes any value of it:
/// a mark that is lost, or that belongs to the entry that was in the slot before, makes a wrong guess and no wrong
/// answer.</summary>
/// <remarks>The mark and the expiry are behind the value, where 8-byte values have room for both in 8 bytes.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct CacheEntry<TValue>
    where TValue : unmanaged
{
    /// <summary>The highest mark: more uses than this are not told apart.</summary>
    public const byte MaxMark = 3;

    /// <summary>The value of the user.</summary>
    public TValue Value;

    /// <summary>The number of uses since the entry was added or last spared by an eviction, up to
    /// <see cref="MaxMark"/>. Not part of what a version protects.</summary>
    public byte Mark;

    /// <summary>The tick at which the entry expires, see <see cref="ExpiryTick"/>; 0 for never.</summary>
    public uint Expiry;
}
