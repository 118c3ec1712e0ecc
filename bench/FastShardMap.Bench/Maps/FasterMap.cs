using System.Numerics;
using FASTER.core;
using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>
/// Microsoft's <see cref="FasterKV{Key, Value}"/>, a log with a hash index, kept in memory whole. Each thread has a
/// session of its own, as it demands.
/// </summary>
/// <remarks>It has neither a conditional addition nor, without functions of the caller's, a change in place: both read
/// first, and then store. Its log only grows, so endless work with new keys is not for it.</remarks>
public readonly struct FasterMap<TKey, TValue> : IMapUnderTest<FasterMap<TKey, TValue>, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    /// <summary>Pairs that a store of unstated capacity has an index and memory for.</summary>
    private const long DefaultCapacity = 1 << 16;

    /// <summary>A record has a header of eight bytes, and replaced or removed ones stay in the log.</summary>
    private const int RecordsPerPair = 4;

    private const int HeaderBytes = 8;

    /// <summary>A line of the index has seven entries; the number of lines is a power of two.</summary>
    private const int PairsPerLine = 4;

    private const int PageSizeBits = 20;

    private readonly Sessions _store;

    private FasterMap(Sessions store) => _store = store;

    public static string Label => "FASTER";

    // Not EntryCount: that is the index's, where equal hashes are one entry.
    public long Count => ToArray().Length;

    public static FasterMap<TKey, TValue> Create(MapSettings settings) =>
        new(new Sessions(Math.Max(settings.Capacity, DefaultCapacity)));

    public bool TryGet(TKey key, out TValue value)
    {
        (Status status, value) = _store.Session.Read(key);
        return status.Found;
    }

    public bool TryAdd(TKey key, TValue value)
    {
        if (TryGet(key, out _))
        {
            return false;
        }

        Store(key, value);
        return true;
    }

    public void Store(TKey key, TValue value) => _store.Session.Upsert(key, value);

    public bool TryRemove(TKey key) => _store.Session.Delete(key).Found;

    public TValue GetOrAdd(TKey key, TValue value)
    {
        if (TryGet(key, out TValue found))
        {
            return found;
        }

        Store(key, value);
        return value;
    }

    public bool TryChange<TEntry>(TKey key)
        where TEntry : struct, IEntry<TKey, TValue>
    {
        if (!TryGet(key, out TValue value))
        {
            return false;
        }

        TEntry.Change(ref value);
        Store(key, value);
        return true;
    }

    public ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue>
    {
        ulong sum = 0;
        using IFasterScanIterator<TKey, TValue> pairs = _store.Session.Iterate();
        while (pairs.GetNext(out _))
        {
            sum += TEntry.Fold(pairs.GetValue());
        }

        return sum;
    }

    public KeyValuePair<TKey, TValue>[] ToArray()
    {
        List<KeyValuePair<TKey, TValue>> all = new();
        using IFasterScanIterator<TKey, TValue> pairs = _store.Session.Iterate();
        while (pairs.GetNext(out _))
        {
            all.Add(new(pairs.GetKey(), pairs.GetValue()));
        }

        return [.. all];
    }

    public void Dispose() => _store.Dispose();

    /// <summary>
    /// The keys' own hash: FASTER's for Guid looks at half of it, and the benchmarks' Guids differ in the other.
    /// </summary>
    private sealed class KeyComparer : IFasterEqualityComparer<TKey>
    {
        public long GetHashCode64(ref TKey key) => Utility.GetHashCode(key.GetHashCode());

        public bool Equals(ref TKey left, ref TKey right) => left.Equals(right);
    }

    /// <summary>The index, and the sessions of the threads.</summary>
    private sealed class Sessions : IDisposable
    {
        private readonly NullDevice _device = new();
        private readonly ThreadLocal<ClientSession<
            TKey, TValue, TValue, TValue, Empty, IFunctions<TKey, TValue, TValue, TValue, Empty>>> _sessions;

        public unsafe Sessions(long capacity)
        {
            long bytes = capacity * RecordsPerPair * (HeaderBytes + sizeof(TKey) + sizeof(TValue));
            long lines = (long)BitOperations.RoundUpToPowerOf2((ulong)(capacity / PairsPerLine));
            Index = new FasterKV<TKey, TValue>(lines, new LogSettings
            {
                LogDevice = _device,
                PageSizeBits = PageSizeBits,
                MemorySizeBits = BitOperations.Log2((ulong)bytes) + 1,
                MutableFraction = 1,
            }, comparer: new KeyComparer());
            _sessions = new(() => Index.NewSession(new SimpleFunctions<TKey, TValue>()), trackAllValues: true);
        }

        public FasterKV<TKey, TValue> Index { get; }

        public ClientSession<
            TKey, TValue, TValue, TValue, Empty, IFunctions<TKey, TValue, TValue, TValue, Empty>> Session =>
            _sessions.Value!;

        public void Dispose()
        {
            foreach (IDisposable session in _sessions.Values)
            {
                session.Dispose();
            }

            _sessions.Dispose();
            Index.Dispose();
            _device.Dispose();
        }
    }
}
