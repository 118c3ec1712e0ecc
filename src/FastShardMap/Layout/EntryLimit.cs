using System.Runtime.CompilerServices;

namespace FastShardMap.Layout;

/// <summary>Limits the size of entries. Keys and values are copied on the stack: an operation has at most a dozen
/// copies there, and a small stack has 256 KiB. (The runtime refuses arrays of elements of 64 KiB and more,
/// too.)</summary>
internal static class EntryLimit
{
    /// <summary>The maximum number of bytes of a key and a value together, or of the value of a cell.</summary>
    public const int Bytes = 8192;

    /// <summary>Throws if entries of these types are too large.</summary>
    /// <exception cref="NotSupportedException">A key and a value have more than <see cref="Bytes"/> bytes
    /// together.</exception>
    public static void ThrowIfTooLarge<TKey, TValue>()
        where TKey : unmanaged
        where TValue : unmanaged
    {
        if ((long)Unsafe.SizeOf<TKey>() + Unsafe.SizeOf<TValue>() > Bytes)
        {
            throw new NotSupportedException(
                $"A key and a value take at most {Bytes} bytes together: "
                + $"{typeof(TKey)} has {Unsafe.SizeOf<TKey>()} bytes, "
                + $"and {typeof(TValue)} has {Unsafe.SizeOf<TValue>()} bytes. "
                + "For larger values, use BlobShardMap, or keep them outside the map and store their indexes.");
        }
    }

    /// <summary>Throws if a type is too large for a cell.</summary>
    /// <exception cref="NotSupportedException">A value has more than <see cref="Bytes"/> bytes.</exception>
    public static void ThrowIfTooLarge<T>()
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() > Bytes)
        {
            throw new NotSupportedException(
                $"A value takes at most {Bytes} bytes: {typeof(T)} has {Unsafe.SizeOf<T>()} bytes.");
        }
    }
}
