using System.Numerics;
using System.Runtime.CompilerServices;
using FastShardMap.Bench.Floor;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Bench.Texts;

/// <summary>
/// The least that a lookup by text can do: the hash of the map, one slot of a table that is at most half full, and one
/// record. Slots and records have the form of those of the map. There is no lock, no version and no tag, so nothing may
/// be changed or removed while it is read.
/// </summary>
internal sealed unsafe class TextFloor : IDisposable
{
    private readonly HashSeed _seed = HashSeed.Create();
    private readonly NativePages _slots;
    private readonly NativePages _records;
    private readonly int _shift;
    private readonly ulong _mask;
    private byte* _end;

    /// <param name="capacity">The number of keys.</param>
    /// <param name="keyBytes">The number of bytes of all keys in UTF-8.</param>
    public TextFloor(int capacity, long keyBytes)
    {
        ulong slots = BitOperations.RoundUpToPowerOf2((ulong)capacity * 2);
        _mask = slots - 1;
        _shift = 64 - BitOperations.Log2(slots);
        _slots = new NativePages((long)slots * sizeof(Slot), huge: false);
        _records = new NativePages(keyBytes + RecordKey.BufferBytes, huge: false);
        _end = _records.Address;
    }

    /// <summary>Adds a key that is not present.</summary>
    public void Add(ReadOnlySpan<byte> key, long value)
    {
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            RecordKey presented = KeyBytes.Present(bytes, key.Length, buffer, _seed);
            Slot* slot = Home(presented);
            while (slot->IsUsed)
            {
                slot = Next(slot);
            }

            if (presented.IsLong)
            {
                key.CopyTo(new Span<byte>(_end, key.Length));
                presented = presented.At(_end);
                _end += key.Length;
            }

            *slot = new Slot { Key = presented, Value = value, IsUsed = true };
        }
    }

    /// <summary>Looks up text.</summary>
    /// <returns>The value, or -1 if the key is absent.</returns>
    [SkipLocalsInit]
    public long Find(string key)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return Find(text.Key);
    }

    /// <summary>Looks up UTF-8.</summary>
    /// <returns>The value, or -1 if the key is absent.</returns>
    [SkipLocalsInit]
    public long Find(byte[] key)
    {
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return Find(KeyBytes.Present(bytes, key.Length, buffer, _seed));
        }
    }

    public void Dispose()
    {
        _slots.Dispose();
        _records.Dispose();
    }

    private long Find(RecordKey key)
    {
        for (Slot* slot = Home(key); slot->IsUsed; slot = Next(slot))
        {
            if (key.Equals(slot->Key))
            {
                return slot->Value;
            }
        }

        return -1;
    }

    private Slot* Home(RecordKey key) =>
        (Slot*)_slots.Address + (default(RecordKeyHasher).Hash(key, _seed) >> _shift);

    private Slot* Next(Slot* slot) =>
        (Slot*)_slots.Address + ((ulong)(slot + 1 - (Slot*)_slots.Address) & _mask);

    // 32 bytes, so that a slot is in one cache line.
    private struct Slot
    {
        public RecordKey Key;
        public long Value;
        public bool IsUsed;
    }
}
