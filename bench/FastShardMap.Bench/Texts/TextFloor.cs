using System.Numerics;
using System.Runtime.CompilerServices;
using FastShardMap.Bench.Floor;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Bench.Texts;

/// <summary>
/// The least that a map with text keys can do: the hash of the map, one slot of a table that is at most half full, and
/// one record. Slots and records have the form of those of the map. There is no lock, no version and no tag, so one
/// thread at a time may use it, and nothing may be changed or removed. A full table is copied at once.
/// </summary>
internal sealed unsafe class TextFloor : IDisposable
{
    private const int FewestSlots = 16;

    private readonly HashSeed _seed = HashSeed.Create();
    private readonly List<NativePages> _records = [];
    private NativePages _slots;
    private int _shift;
    private ulong _mask;
    private ulong _room;
    private byte* _next;
    private long _left;

    /// <param name="capacity">The number of keys that need no larger table.</param>
    public TextFloor(int capacity = 0) => _slots = Allocate(
        BitOperations.RoundUpToPowerOf2((ulong)Math.Max(capacity * 2L, FewestSlots)));

    /// <summary>Adds a key that is not present.</summary>
    [SkipLocalsInit]
    public void Add(string key, long value)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        RecordKey presented = text.Key;
        if (_room == 0)
        {
            Double();
        }

        if (presented.IsLong)
        {
            presented = presented.At(Append(presented));
        }

        Insert(new Slot { Key = presented, Value = value, IsUsed = true });
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
        _records.ForEach(static pages => pages.Dispose());
    }

    private NativePages Allocate(ulong slots)
    {
        _mask = slots - 1;
        _shift = 64 - BitOperations.Log2(slots);
        _room = slots / 2;
        return new NativePages((long)slots * sizeof(Slot), huge: false);
    }

    private void Double()
    {
        using NativePages old = _slots;
        ulong slots = _mask + 1;
        _slots = Allocate(slots * 2);
        for (ulong i = 0; i < slots; i++)
        {
            Slot slot = ((Slot*)old.Address)[i];
            if (slot.IsUsed)
            {
                Insert(slot);
            }
        }
    }

    private void Insert(in Slot added)
    {
        Slot* slot = Home(added.Key);
        while (slot->IsUsed)
        {
            slot = Next(slot);
        }

        *slot = added;
        _room--;
    }

    private byte* Append(RecordKey key)
    {
        int length = key.LongLength;
        if (_left < length)
        {
            NativePages pages = new(length, huge: false);
            _records.Add(pages);
            _next = pages.Address;
            _left = (long)pages.Bytes;
        }

        byte* record = _next;
        PresentedBytes.CopyTo(key.Address, record, length);
        _next += length;
        _left -= length;
        return record;
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
