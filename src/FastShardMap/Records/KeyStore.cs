using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Records;

/// <summary>What the map does with the bytes of its keys, by type of key. For keys of fixed size, all of it is
/// nothing, and costs nothing.</summary>
/// <remarks>A static read-only field, which is a constant in optimized code, decides in each method.</remarks>
internal static unsafe class KeyStore<TKey>
    where TKey : unmanaged
{
    /// <summary>Whether slots may contain addresses of records.</summary>
    public static readonly bool HasRecords = typeof(TKey) == typeof(RecordKey);

    /// <summary>Copies the bytes of a presented key to a record.</summary>
    /// <returns>The key to store.</returns>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; nothing has
    /// changed.</exception>
    /// <exception cref="InvalidOperationException">The caller's memory has changed since the hash was computed; nothing
    /// has changed in the map.</exception>
    public static TKey Keep(RecordHeap* heap, Arena arena, HashSeed seed, TKey presented)
    {
        RecordKey key = Unsafe.BitCast<TKey, RecordKey>(presented);
        if (!key.IsLong)
        {
            return presented;
        }

        byte* record = RecordMemory.Take(heap, arena, key.LongLength);
        PresentedBytes.CopyTo(key.Address, record, key.LongLength);
        RecordKey stored = key.At(record);
        if (!KeyBytes.WasHashed(key, record, seed))
        {
            RecordMemory.Release(heap, arena, stored);
            throw KeyBytes.Changed();
        }

        return Unsafe.BitCast<RecordKey, TKey>(stored);
    }

    /// <summary>Releases the record of a key that was removed.</summary>
    public static void Release(RecordHeap* heap, Arena arena, TKey stored)
    {
        RecordKey key = Unsafe.BitCast<TKey, RecordKey>(stored);
        if (key.IsLong)
        {
            RecordMemory.Release(heap, arena, key);
        }
    }

    /// <summary>Moves the record of an entry to another segment.</summary>
    /// <returns>The key to store in the current table.</returns>
    public static TKey Move(RecordHeap* heap, Arena arena, TKey stored)
    {
        RecordKey key = Unsafe.BitCast<TKey, RecordKey>(stored);
        return key.IsLong ? Unsafe.BitCast<RecordKey, TKey>(RecordMemory.Move(heap, arena, key)) : stored;
    }

    /// <summary>Forgets the record of a key that was removed from a table that a compaction empties.</summary>
    public static void Forget(RecordHeap* heap, TKey stored)
    {
        RecordKey key = Unsafe.BitCast<TKey, RecordKey>(stored);
        if (key.IsLong)
        {
            RecordMemory.Forget(heap, key);
        }
    }

    /// <summary>Starts loading the record of a key, which may be stale.</summary>
    public static void Prefetch(TKey stored)
    {
        RecordKey key = Unsafe.BitCast<TKey, RecordKey>(stored);
        if (Sse.IsSupported && key.IsLong)
        {
            Sse.Prefetch0(key.Address);
        }
    }
}
