using System.Runtime.CompilerServices;

namespace FastShardMap.Layout;

/// <summary>How large entries may be. Keys and values are copied in and out, on the stack: an operation has a dozen copies
/// there at worst, and a small stack has 256 KiB. (From 64 KiB on the runtime refuses arrays of them, too.)</summary>
internal static class EntryLimit
{
    /// <summary>The most bytes of a key and a value together, or of the value of a cell.</summary>
    public const int Bytes = 8192;

    /// <summary>Refuses types whose entries are too large.</summary>
    /// <exception cref="NotSupportedException">They are.</exception>
    public static void ThrowIfTooLarge<TKey, TValue>()
        where TKey : unmanaged
        where TValue : unmanaged
    {
        if ((long)Unsafe.SizeOf<TKey>() + Unsafe.SizeOf<TValue>() > Bytes)
        {
            throw new NotSupportedException(
                $"A key and a value take at most {Bytes} bytes together: {typeof(TKey)} has {Unsafe.SizeOf<TKey>()} bytes, and "
                + $"{typeof(TValue)} has {Unsafe.SizeOf<TValue>()} bytes. Keep large values elsewhere, and their addresses or indices in the map.");
        }
    }

    /// <summary>Refuses a type that is too large for a cell.</summary>
    /// <exception cref="NotSupportedException">It is.</exception>
    public static void ThrowIfTooLarge<T>()
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() > Bytes)
        {
            throw new NotSupportedException($"A value takes at most {Bytes} bytes: {typeof(T)} has {Unsafe.SizeOf<T>()} bytes.");
        }
    }
}
