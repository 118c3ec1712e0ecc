using System.Buffers;

namespace FastShardMap.Sharding;

/// <summary>
/// Entries copied out under a lock, in an array of the shared pool.
/// <para>
/// <b>One owner.</b> An enumerator is a struct and may be copied; its copies share this object. A ticket says which of
/// them owns the content: whoever refills or returns the buffer needs the present ticket and makes it void, so that an
/// array goes back to the pool once, whatever is copied and disposed (hazard H25). Tickets are never used twice.
/// </para>
/// <para>
/// <b>Allocation.</b> Returned buffers wait, without an array, for the next enumeration of their thread.
/// </para>
/// </summary>
internal sealed class EntryBuffer<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    private const int InitialEntries = 64;

    /// <summary>A large value's buffer begins with fewer entries: a step of an enumeration seldom copies more.</summary>
    private const int InitialBytes = 64 * 1024;

    /// <summary>Nested enumerations of one thread that allocate nothing.</summary>
    private const int MostFree = 4;

    [ThreadStatic]
    private static EntryBuffer<TKey, TValue>? t_free;

    private KeyValuePair<TKey, TValue>[] _entries = [];
    private EntryBuffer<TKey, TValue>? _nextFree;
    private int _freeBehind;
    private long _ticket;

    private EntryBuffer()
    {
    }

    public int Count { get; private set; }

    /// <summary>A buffer that nobody else uses, empty.</summary>
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

    /// <summary>Whether the content is still the one of a ticket.</summary>
    public bool IsOwnedBy(long ticket) => _ticket == ticket;

    /// <summary>An entry; the caller owns the content.</summary>
    public KeyValuePair<TKey, TValue> EntryAt(int index) => _entries[index];

    /// <summary>Empties the buffer for a new content.</summary>
    /// <param name="ticket">The ticket of the present content; becomes that of the new one.</param>
    /// <returns>False if the ticket is void: a copy of the enumerator has moved on.</returns>
    public bool TryRenew(ref long ticket)
    {
        if (Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket) != ticket)
        {
            return false;
        }

        ticket++;
        Count = 0;
        return true;
    }

    public void Add(in TKey key, in TValue value)
    {
        if (Count == _entries.Length)
        {
            Enlarge();
        }

        _entries[Count++] = new KeyValuePair<TKey, TValue>(key, value);
    }

    public void Clear() => Count = 0;

    /// <summary>Gives the array back to the pool; does nothing if the ticket is void.</summary>
    public void Return(long ticket)
    {
        if (!TryRenew(ref ticket))
        {
            return;
        }

        ReturnArray(_entries);
        _entries = [];
        EntryBuffer<TKey, TValue>? free = t_free;
        _freeBehind = free is null ? 0 : free._freeBehind + 1;
        if (_freeBehind < MostFree)
        {
            _nextFree = free;
            t_free = this;
        }
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
            InitialBytes / System.Runtime.CompilerServices.Unsafe.SizeOf<KeyValuePair<TKey, TValue>>(), 1, InitialEntries);
        KeyValuePair<TKey, TValue>[] larger =
            ArrayPool<KeyValuePair<TKey, TValue>>.Shared.Rent(Math.Max(initial, checked(Count * 2)));
        _entries.AsSpan(0, Count).CopyTo(larger);
        ReturnArray(_entries);
        _entries = larger;
    }
}
