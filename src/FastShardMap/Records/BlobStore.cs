using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Records;

/// <summary>What the map does with the bytes of its values, by types of key and value. For values of fixed size, all of
/// it is nothing, and costs nothing.</summary>
/// <remarks>A static read-only field, which is a constant in optimized code, decides in each method. The bytes of the
/// key and those of the value are in one record, so that a hit reads two places: the slot and the record.</remarks>
internal static unsafe class BlobStore<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    /// <summary>Whether the values of slots are, or begin with, a <see cref="BlobRef"/>.</summary>
    public static readonly bool HasBlobs =
        typeof(TKey) == typeof(RecordKey)
        && (typeof(TValue) == typeof(BlobRef) || typeof(TValue) == typeof(CacheEntry<BlobRef>));

    private const int Alignment = 8;

    /// <summary>Returns the reference that the value of a slot is or begins with.</summary>
    public static BlobRef BlobOf(TValue value) => Unsafe.As<TValue, BlobRef>(ref value);

    /// <summary>Returns the number of bytes that an entry takes of the record memory, with what is lost to
    /// rounding.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="bytes">Receives the length of the record; 0 if the entry has none.</param>
    public static long RecordBytesOf(TKey key, TValue value, out long bytes)
    {
        bytes = BytesOf(Unsafe.BitCast<TKey, RecordKey>(key), BlobOf(value));
        return RecordBytesOf(bytes);
    }

    /// <summary>Returns the number of bytes that a record of a length takes, with what is lost to rounding.</summary>
    public static long RecordBytesOf(long bytes) =>
        RecordMemory.IsLarge(bytes)
            ? RecordMemory.LargeBytesOf(bytes)
            : RecordSize.BytesOf(RecordSize.ClassOf((int)bytes));

    /// <summary>Returns the length of the record of an entry.</summary>
    public static long BytesOf(int keyLength, int valueLength) =>
        (keyLength <= RecordKey.MaxInlineBytes ? 0 : AlignUp(keyLength)) + (long)valueLength;

    /// <summary>Copies the bytes of a presented key and a presented value to a record.</summary>
    /// <param name="heap">The shard's record memory.</param>
    /// <param name="arena">The arena of the map.</param>
    /// <param name="seed">The seed of the map.</param>
    /// <param name="key">The presented key; receives the key to store.</param>
    /// <param name="value">The presented value; receives the value to store, with a new version.</param>
    /// <returns><see langword="false"/> if the caller's key has changed since its hash was computed. The entry must
    /// then be released.</returns>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; nothing has
    /// changed.</exception>
    public static bool TryKeep(RecordHeap* heap, Arena arena, HashSeed seed, ref TKey key, ref TValue value)
    {
        RecordKey presented = Unsafe.BitCast<TKey, RecordKey>(key);
        byte* record = Take(heap, arena, presented, BlobOf(value));
        if (presented.IsLong)
        {
            PresentedBytes.CopyTo(presented.Address, record, presented.LongLength);
            key = Unsafe.BitCast<RecordKey, TKey>(presented.At(record));
        }

        Store(heap, presented, record, ref value);
        return !presented.IsLong || KeyBytes.WasHashed(presented, record, seed);
    }

    /// <summary>Copies the bytes of a stored key and a presented value to another record.</summary>
    /// <inheritdoc cref="TryKeep" path="/exception"/>
    /// <param name="heap">The shard's record memory.</param>
    /// <param name="arena">The arena of the map.</param>
    /// <param name="key">The stored key, whose record stays as it is; receives the key to store.</param>
    /// <param name="value">The presented value; receives the value to store, with a new version.</param>
    public static void KeepAgain(RecordHeap* heap, Arena arena, ref TKey key, ref TValue value)
    {
        RecordKey stored = Unsafe.BitCast<TKey, RecordKey>(key);
        byte* record = Take(heap, arena, stored, BlobOf(value));
        if (stored.IsLong)
        {
            Unsafe.CopyBlockUnaligned(record, stored.Address, (uint)stored.LongLength);
            key = Unsafe.BitCast<RecordKey, TKey>(stored.At(record));
        }

        Store(heap, stored, record, ref value);
    }

    /// <summary>Releases the record of an entry that was removed, or whose slot has another record now. Cannot
    /// fail.</summary>
    /// <returns>A block that the caller has to retire; usually null.</returns>
    public static RecordSegment* Release(RecordHeap* heap, Arena arena, TKey storedKey, TValue storedValue)
    {
        RecordKey key = Unsafe.BitCast<TKey, RecordKey>(storedKey);
        BlobRef blob = BlobOf(storedValue);
        long bytes = BytesOf(key, blob);
        if (RecordMemory.IsLarge(bytes))
        {
            return RecordMemory.ReleaseLarge(heap, RecordOf(key, blob));
        }

        if (bytes != 0)
        {
            RecordMemory.Release(heap, arena, AsKey(RecordOf(key, blob), bytes));
        }

        return null;
    }

    /// <summary>Forgets the record, which has no block of its own, of an entry that was removed while its segment is
    /// being emptied.</summary>
    public static void Forget(RecordHeap* heap, TKey storedKey, TValue storedValue)
    {
        RecordKey key = Unsafe.BitCast<TKey, RecordKey>(storedKey);
        BlobRef blob = BlobOf(storedValue);
        RecordMemory.Forget(heap, AsKey(RecordOf(key, blob), BytesOf(key, blob)));
    }

    /// <summary>Moves the record of an entry to another segment.</summary>
    /// <param name="heap">The shard's record memory.</param>
    /// <param name="arena">The arena of the map.</param>
    /// <param name="key">The stored key; receives the key to store in the current table.</param>
    /// <param name="value">The stored value; receives the value to store there, with the same version.</param>
    public static void Move(RecordHeap* heap, Arena arena, ref TKey key, ref TValue value)
    {
        RecordKey stored = Unsafe.BitCast<TKey, RecordKey>(key);
        BlobRef blob = BlobOf(value);
        long bytes = BytesOf(stored, blob);
        if (bytes == 0 || RecordMemory.IsLarge(bytes))
        {
            return;
        }

        byte* record = RecordMemory.Move(heap, arena, AsKey(RecordOf(stored, blob), bytes)).Address;
        if (stored.IsLong)
        {
            key = Unsafe.BitCast<RecordKey, TKey>(stored.At(record));
        }

        Set(ref value, blob.At(ValueIn(stored, record)));
    }

    /// <summary>Returns the record of an entry.</summary>
    public static byte* RecordOf(RecordKey key, BlobRef blob) => key.IsLong ? key.Address : blob.Address;

    /// <summary>Returns the number of bytes of an entry that are in a record; 0 if it has none.</summary>
    public static long BytesOf(RecordKey key, BlobRef blob) => KeyBytesOf(key) + blob.Length;

    private static byte* Take(RecordHeap* heap, Arena arena, RecordKey key, BlobRef blob)
    {
        long bytes = BytesOf(key, blob);
        return bytes == 0 ? null
            : RecordMemory.IsLarge(bytes) ? RecordMemory.TakeLarge(heap, arena, bytes)
            : RecordMemory.Take(heap, arena, (int)bytes);
    }

    private static void Store(RecordHeap* heap, RecordKey key, byte* record, ref TValue value)
    {
        BlobRef presented = BlobOf(value);
        byte* place = ValueIn(key, record);
        Unsafe.CopyBlockUnaligned(place, presented.Address, presented.Length);
        heap->ValueVersion = BlobRef.VersionAfter(heap->ValueVersion);
        Set(ref value, presented.Stored(place, heap->ValueVersion));
    }

    private static byte* ValueIn(RecordKey key, byte* record) => record is null ? null : record + KeyBytesOf(key);

    private static int KeyBytesOf(RecordKey key) =>
        key.IsLong ? AlignUp(key.LongLength) : 0;

    private static int AlignUp(int bytes) => (bytes + (Alignment - 1)) & -Alignment;

    private static void Set(ref TValue value, BlobRef blob) => Unsafe.As<TValue, BlobRef>(ref value) = blob;

    /// <summary>A key of the length of a whole record, which record memory treats as it treats keys.</summary>
    private static RecordKey AsKey(byte* record, long bytes) => RecordKey.CreateLong(0, (int)bytes, record);
}
