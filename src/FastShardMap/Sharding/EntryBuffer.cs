using System.Buffers;

namespace FastShardMap.Sharding;

/// <summary>Entries copied out under a lock, in an array of the shared pool: growing allocates nothing once warm.</summary>
internal struct EntryBuffer<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    private const int InitialEntries = 64;
    private KeyValuePair<TKey, TValue>[]? _entries;

    public int Count { get; private set; }

    public readonly KeyValuePair<TKey, TValue> this[int index] => _entries![index];

    public readonly ReadOnlySpan<KeyValuePair<TKey, TValue>> Entries => _entries.AsSpan(0, Count);

    public void Add(in TKey key, in TValue value)
    {
        if (_entries is null || Count == _entries.Length)
        {
            Enlarge();
        }

        _entries![Count++] = new KeyValuePair<TKey, TValue>(key, value);
    }

    public void Clear() => Count = 0;

    public void Return()
    {
        if (_entries is not null)
        {
            ArrayPool<KeyValuePair<TKey, TValue>>.Shared.Return(_entries);
            _entries = null;
        }

        Count = 0;
    }

    private void Enlarge()
    {
        KeyValuePair<TKey, TValue>[] larger =
            ArrayPool<KeyValuePair<TKey, TValue>>.Shared.Rent(Math.Max(InitialEntries, checked(Count * 2)));
        if (_entries is not null)
        {
            _entries.AsSpan(0, Count).CopyTo(larger);
            ArrayPool<KeyValuePair<TKey, TValue>>.Shared.Return(_entries);
        }

        _entries = larger;
    }
}
