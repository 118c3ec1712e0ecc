using System.Runtime.InteropServices;

namespace FastShardMap.Operations;

/// <summary>
/// Compares values for equality, without boxing:
/// <list type="bullet">
/// <item>by the equality of the type, if it implements <see cref="IEquatable{T}"/> or is an enumeration (so that
/// floating-point numbers are compared as numbers);</item>
/// <item>otherwise by all bytes, if the type does not override <see cref="object.Equals(object)"/> and has no
/// padding;</item>
/// <item>otherwise not at all: equality by reflection would box each time, and padding bytes differ at random.</item>
/// </list>
/// </summary>
internal static class ValueEquality<T>
    where T : unmanaged
{
    // The fields are static and read-only, and therefore constants in optimized code.
    private static readonly bool s_isOwn = default(T) is IEquatable<T> || typeof(T).IsEnum;
    private static readonly bool s_isBytes = !s_isOwn && ByteEquality.IsEquality<T>();

    // The comparer exists before a lock is taken under which its construction could fail.
    private static readonly EqualityComparer<T>? s_comparer = s_isOwn ? EqualityComparer<T>.Default : null;

    /// <summary>Whether comparing values may run user code.</summary>
    public static bool RunsUserCode => s_comparer is not null && !typeof(T).IsPrimitive;

    public static bool AreEqual(ref T a, ref T b)
    {
        if (s_isOwn)
        {
            return EqualityComparer<T>.Default.Equals(a, b);
        }

        return s_isBytes && BytesOf(ref a).SequenceEqual(BytesOf(ref b));
    }

    /// <summary>Throws if values of the type cannot be compared.</summary>
    /// <exception cref="NotSupportedException">The type has no suitable equality.</exception>
    public static void ThrowIfNone()
    {
        if (!s_isOwn && !s_isBytes)
        {
            throw new NotSupportedException(
                $"Values of type {typeof(T)} cannot be compared: it does not implement IEquatable<{typeof(T).Name}>, "
                + "and it overrides Equals, has padding bytes, or its fields are not known in a program compiled "
                + "ahead of time. Implement the interface, or compare in a callback (TryUpdate with a RefAction, "
                + "TryUpdateOrRemove).");
        }
    }

    private static Span<byte> BytesOf(ref T value) => MemoryMarshal.AsBytes(new Span<T>(ref value));
}
