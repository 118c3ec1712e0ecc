using System.Runtime.CompilerServices;
using System.Text;
using FastShardMap.Layout;

namespace FastShardMap.Hashing;

/// <summary>What the library knows of a type of key.</summary>
/// <remarks>Static read-only fields: constants in optimized code, and, unlike properties that compute them, no load on
/// the JIT's budget for inlining.</remarks>
internal static class KeyTraits<TKey>
    where TKey : unmanaged
{
    /// <summary>Whether the type has no padding, and its Equals compares all of its bits. The bits of any other type
    /// must not be looked at: padding, or several representations of one value, would part equal keys.</summary>
    public static readonly bool EqualMeansSameBits =
        typeof(TKey) == typeof(ulong) || typeof(TKey) == typeof(long)
        || typeof(TKey) == typeof(uint) || typeof(TKey) == typeof(int)
        || typeof(TKey) == typeof(ushort) || typeof(TKey) == typeof(short)
        || typeof(TKey) == typeof(byte) || typeof(TKey) == typeof(sbyte)
        || typeof(TKey) == typeof(bool) || typeof(TKey) == typeof(char)
        || typeof(TKey) == typeof(nuint) || typeof(TKey) == typeof(nint)
        || typeof(TKey) == typeof(UInt128) || typeof(TKey) == typeof(Int128) || typeof(TKey) == typeof(Guid)
        || typeof(TKey) == typeof(TimeSpan) || typeof(TKey) == typeof(DateOnly) || typeof(TKey) == typeof(TimeOnly)
        || typeof(TKey) == typeof(Rune) || typeof(TKey) == typeof(Index) || typeof(TKey) == typeof(Range)
        || typeof(TKey).IsEnum || default(TKey) is IEnumKey;

    /// <summary>Whether equality of keys is the framework's own, and not the user's code.</summary>
    public static readonly bool IsKnown =
        EqualMeansSameBits
        || typeof(TKey) == typeof(double) || typeof(TKey) == typeof(float) || typeof(TKey) == typeof(Half)
        || typeof(TKey) == typeof(DateTime) || typeof(TKey) == typeof(DateTimeOffset)
        || typeof(TKey) == typeof(decimal) || typeof(TKey) == typeof(RecordKey);

    /// <summary>Whether the bits of the key that count are two words.</summary>
    public static readonly bool IsTwoWords =
        typeof(TKey) == typeof(decimal) || (EqualMeansSameBits && Unsafe.SizeOf<TKey>() == 2 * sizeof(ulong));
}
