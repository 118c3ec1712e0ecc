using System.Buffers;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Sharding;

/// <summary>
/// A buffer for entries that are copied under a lock, backed by an array of the shared pool.
/// <para>
/// <b>Ownership.</b> An enumerator is a struct and may be copied; its copies share this object. A ticket tells which
/// copy owns the content. Refilling or returning the buffer requires the current ticket and invalidates it, so that an
/// array returns to the pool once, whichever copies are disposed (hazard H25). Tickets are never reused.
/// </para>
/// <para>
/// <b>Allocation.</b> Returned buffers are kept, without their array, for the next enumeration of the same thread.
/// </para>
/// </summary>
internal sealed unsafe class EntryBuffer<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    private const int InitialEntries = 64;

    /// <summary>Bytes of the initial buffer. Large values start with fewer entries, because a step of an enumeration
    /// seldom copies more.</summary>
    private const int InitialBytes = 64 * 1024;

    /// <summary>Bytes of the initial buffer for keys of any length.</summary>
    private const int InitialKeyBytes = 2048;

    /// <summary>Number of nested enumerations per thread that allocate nothing.</summary>
    private const int MostFree = 4;

    [ThreadStatic]
    private static EntryBuffer<TKey, TValue>? t_free;

    private KeyValuePair<TKey, TValue>[] _entries = [];
    private byte[] _bytes = [];
    private int _byteCount;
    private EntryBuffer<TKey, TValue>? _nextFree;
    private int _freeBehind;
    private long _ticket;

    private EntryBuffer()
    {
    }

    public int Count { get; private set; }

    /// <summary>Returns an empty buffer that no other enumeration uses.</summary>
    public static EntryBuffer<TKey, TValue> Rent(out long ticket)
    {
        EntryBuffer<TKey, TValue>? buffer = t_free;
        if (buffer is null)
        {
            buffer = new EntryBuffer<TKey, TValue>();
        }
        else
        {
            t_free = buffer._nextFree;
            buffer._nextFree = null;
        }

        ticket = buffer._ticket;
        return buffer;
    }

    /// <summary>Returns whether the content still belongs to the ticket.</summary>
    public bool IsOwnedBy(long ticket) => _ticket == ticket;

    /// <summary>Returns an entry. The caller owns the content.</summary>
    public KeyValuePair<TKey, TValue> EntryAt(int index) => _entries[index];

    /// <summary>Empties the buffer for new content.</summary>
    /// <param name="ticket">The ticket of the current content; receives the ticket of the new content.</param>
    /// <returns><see langword="false"/> if the ticket is no longer valid, because a copy of the enumerator has moved
    /// on.</returns>
    public bool TryRenew(ref long ticket)
    {
        if (Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket) != ticket)
        {
            return false;
        }

        ticket++;
        Clear();
        return true;
    }

    public void Add(in TKey key, in TValue value)
    {
        if (Count == _entries.Length)
        {
            Enlarge();
        }

        _entries[Count++] = new KeyValuePair<TKey, TValue>(
            KeyStore<TKey>.HasRecords ? CopyRecord(key) : key, value);
    }

    /// <summary>Returns the bytes of a long key of an entry, whose address is an offset into this buffer.</summary>
    public ReadOnlySpan<byte> BytesOf(RecordKey key) => _bytes.AsSpan((int)key.Address, key.LongLength);

    public void Clear()
    {
        Count = 0;
        _byteCount = 0;
    }

    /// <summary>Returns the array to the pool. Does nothing if the ticket is no longer valid.</summary>
    public void Return(long ticket)
    {
        if (!TryRenew(ref ticket))
        {
            return;
        }

        ReturnArray(_entries);
        _entries = [];
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }

        EntryBuffer<TKey, TValue>? free = t_free;
        _freeBehind = free is null ? 0 : free._freeBehind + 1;
        if (_freeBehind < MostFree)
        {
            _nextFree = free;
            t_free = this;
        }
    }

    // The record may be released as soon as the lock is.
    private TKey CopyRecord(TKey stored)
    {
        RecordKey key = Unsafe.BitCast<TKey, RecordKey>(stored);
        if (!key.IsLong)
        {
            return stored;
        }

        if (_bytes.Length - _byteCount < key.LongLength)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(
                Math.Max(InitialKeyBytes, checked(_byteCount + Math.Max(_byteCount, key.LongLength))));
            _bytes.AsSpan(0, _byteCount).CopyTo(larger);
            if (_bytes.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_bytes);
            }

            _bytes = larger;
        }

        new ReadOnlySpan<byte>(key.Address, key.LongLength).CopyTo(_bytes.AsSpan(_byteCount));
        RecordKey copy = key.At((byte*)_byteCount);
        _byteCount += key.LongLength;
        return Unsafe.BitCast<RecordKey, TKey>(copy);
    }

    private static void ReturnArray(KeyValuePair<TKey, TValue>[] entries)
    {
        if (entries.Length > 0)
        {
            ArrayPool<KeyValuePair<TKey, TValue>>.Shared.Return(entries);
        }
    }

    private void Enlarge()
    {
        int initial = Math.Clamp(
            InitialBytes / Unsafe.SizeOf<KeyValuePair<TKey, TValue>>(),
            1,
            InitialEntries);
        KeyValuePair<TKey, TValue>[] larger =
            ArrayPool<KeyValuePair<TKey, TValue>>.Shared.Rent(Math.Max(initial, checked(Count * 2)));
        _entries.AsSpan(0, Count).CopyTo(larger);
        ReturnArray(_entries);
        _entries = larger;
    }
}
