using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Serialization;
using FastShardMap.Sharding;
using FastShardMap.Tables;

namespace FastShardMap.Caching;

internal readonly unsafe ref partial struct CacheShard<TKey, TValue, THasher>
{
    /// <inheritdoc cref="Rings.Copy"/>
    public int CopyRing(bool isMain, ref ulong place, Span<uint> destination, out ulong left) =>
        Rings.Copy(_cache, isMain, ref place, destination, out left);

    /// <summary>Writes the entries at these positions in the form of <see cref="CacheFormat"/>, without those that have
    /// expired.</summary>
    /// <returns>The number of bytes written.</returns>
    public int Pack(ReadOnlySpan<uint> positions, bool isMain, uint now, Span<byte> destination)
    {
        int bytes = 0;
        foreach (uint word in positions)
        {
            if (!TryReadSaved(word, now, out TKey key, out CacheEntry<TValue> entry))
            {
                continue;
            }

            byte mark = Math.Min(entry.Mark, CacheEntry<TValue>.MaxMark);
            Span<byte> next = destination[bytes..];
            MemoryMarshal.Write(next, in key);
            MemoryMarshal.Write(next[sizeof(TKey)..], in entry.Value);
            BinaryPrimitives.WriteUInt32LittleEndian(
                next[(sizeof(TKey) + sizeof(TValue))..], LifeLeft(entry.Expiry, now));
            next[sizeof(TKey) + sizeof(TValue) + sizeof(uint)] = new SavedUse(mark, isMain).Byte;
            bytes += sizeof(TKey) + sizeof(TValue) + CacheFormat.ExtraBytes;
        }

        return bytes;
    }

    /// <summary>Writes entries with values of any length in the form of <see cref="BlobCacheFormat"/>, without those
    /// that have expired.</summary>
    /// <param name="positions">The positions of the entries.</param>
    /// <param name="isMain">Whether they are in the main ring.</param>
    /// <param name="now">The current tick.</param>
    /// <param name="destination">Receives the entries.</param>
    /// <param name="ends">Receives where each entry ends. Has room for all positions.</param>
    /// <param name="entries">Receives the number of entries written.</param>
    /// <param name="needed">Receives the number of bytes that the next entry needs, if it has found no room.</param>
    /// <returns>The number of positions that were looked at.</returns>
    public int PackBlobs(
        ReadOnlySpan<uint> positions,
        bool isMain,
        uint now,
        Span<byte> destination,
        Span<int> ends,
        out int entries,
        out int needed)
    {
        entries = 0;
        needed = 0;
        int written = 0;
        for (int i = 0; i < positions.Length; i++)
        {
            if (!TryReadSaved(positions[i], now, out TKey stored, out CacheEntry<TValue> entry))
            {
                continue;
            }

            RecordKey key = Unsafe.BitCast<TKey, RecordKey>(stored);
            ReadOnlySpan<byte> value = BlobStore<TKey, CacheEntry<TValue>>.BlobOf(entry).Bytes;
            needed = checked(BlobCacheFormat.MaxHeadBytes + key.Length + value.Length);
            if (destination.Length - written < needed)
            {
                return i;
            }

            byte mark = Math.Min(entry.Mark, CacheEntry<TValue>.MaxMark);
            written += BlobCacheFormat.WriteEntry(
                destination[written..],
                LifeLeft(entry.Expiry, now),
                new SavedUse(mark, isMain).Byte,
                new ReadOnlySpan<byte>(key.IsLong ? key.Address : (byte*)&key, key.Length),
                value);
            ends[entries++] = written;
            needed = 0;
        }

        return positions.Length;
    }

    /// <summary>Stores a saved entry with its mark, as the youngest of its ring. A full shard evicts another
    /// one.</summary>
    public void Restore(ulong hash, in TKey key, in CacheEntry<TValue> entry, bool isMain, uint now)
    {
        if (Table<TKey, CacheEntry<TValue>>.TryFind(Table, hash, key, out SlotRef slot))
        {
            if (HasBlobs)
            {
                ReplaceBlob(hash, key, slot, entry, now);
                return;
            }

            GroupVersion.AwaitUnlocked(slot.Group);
            Table<TKey, CacheEntry<TValue>>.Update<SeqLockGroups>(slot, entry);
        }
        else
        {
            Insert(hash, key, entry, now, isMain);
        }
    }

    /// <summary>The life that a file has for an entry; 0 if it never expires. The clock may be a tick behind that of
    /// the store, and a tick is left out for an expiry of 0, so the difference may be more than a life can
    /// be.</summary>
    private static uint LifeLeft(uint expiry, uint now) =>
        expiry == 0 ? 0 : Math.Min(expiry - now, ExpiryTick.MaxLife - 1);

    /// <summary>Reads the entry at a position of a ring that was copied before.</summary>
    /// <returns>Whether there is an entry that has not expired.</returns>
    private bool TryReadSaved(uint word, uint now, out TKey key, out CacheEntry<TValue> entry)
    {
        SlotPosition position = new(word);
        Group* group = Table<TKey, CacheEntry<TValue>>.GroupAt(Table, position.Group);
        if (!ControlWord.IsOccupied(ControlWord.ControlByte(group->Control, position.Slot)))
        {
            key = default;
            entry = default;
            return false;
        }

        GroupVersion.AwaitUnlocked(group);
        key = *Table<TKey, CacheEntry<TValue>>.KeyAt(group, position.Slot);
        entry = *EntryAt(new SlotRef(group, position.Slot));
        return !ExpiryTick.HasPassed(entry.Expiry, now);
    }
}
