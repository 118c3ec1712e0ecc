using System.Numerics;
using FastShardMap.Bench.Entries;

namespace FastShardMap.Bench.Maps;

/// <summary>
/// Sixty-four locked dictionaries, chosen by the key's hash: the usual home-made answer to one lock's contention.
/// </summary>
public readonly struct StripedDictionaryMap<TKey, TValue>
    : IMapUnderTest<StripedDictionaryMap<TKey, TValue>, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private const int DefaultStripes = 64;

    private readonly GuardedDictionaryMap<LockGuard, Lock.Scope, TKey, TValue>[] _stripes;
    private readonly int _shift;

    private StripedDictionaryMap(MapSettings settings)
    {
        int wanted = settings.Shards == 0 ? DefaultStripes : settings.Shards;
        int stripes = (int)BitOperations.RoundUpToPowerOf2((uint)wanted);
        _shift = 32 - BitOperations.Log2((uint)stripes);
        _stripes = new GuardedDictionaryMap<LockGuard, Lock.Scope, TKey, TValue>[stripes];

        // Stripes do not fill evenly: an eighth more, lest half of them grow at the end of a reserved fill.
        long each = (settings.Capacity + (settings.Capacity / 8)) / stripes;
        for (int i = 0; i < _stripes.Length; i++)
        {
            _stripes[i] = GuardedDictionaryMap<LockGuard, Lock.Scope, TKey, TValue>.Create(new(Capacity: each));
        }
    }

    public static string Label => "64 x lock + Dictionary";

    public long Count
    {
        get
        {
            long count = 0;
            foreach (GuardedDictionaryMap<LockGuard, Lock.Scope, TKey, TValue> stripe in _stripes)
            {
                count += stripe.Count;
            }

            return count;
        }
    }

    public static StripedDictionaryMap<TKey, TValue> Create(MapSettings settings) => new(settings);

    public bool TryGet(TKey key, out TValue value) => StripeOf(key).TryGet(key, out value);

    public bool TryAdd(TKey key, TValue value) => StripeOf(key).TryAdd(key, value);

    public void Store(TKey key, TValue value) => StripeOf(key).Store(key, value);

    public bool TryRemove(TKey key) => StripeOf(key).TryRemove(key);

    public TValue GetOrAdd(TKey key, TValue value) => StripeOf(key).GetOrAdd(key, value);

    public bool TryChange<TEntry>(TKey key)
        where TEntry : struct, IEntry<TKey, TValue> => StripeOf(key).TryChange<TEntry>(key);

    public ulong Sum<TEntry>()
        where TEntry : struct, IEntry<TKey, TValue>
    {
        ulong sum = 0;
        foreach (GuardedDictionaryMap<LockGuard, Lock.Scope, TKey, TValue> stripe in _stripes)
        {
            sum += stripe.Sum<TEntry>();
        }

        return sum;
    }

    public KeyValuePair<TKey, TValue>[] ToArray() => [.. _stripes.SelectMany(stripe => stripe.ToArray())];

    public void Trim()
    {
        foreach (GuardedDictionaryMap<LockGuard, Lock.Scope, TKey, TValue> stripe in _stripes)
        {
            stripe.Trim();
        }
    }

    // Fibonacci hashing: the high bits, which the dictionary's own remainder leaves alone.
    private GuardedDictionaryMap<LockGuard, Lock.Scope, TKey, TValue> StripeOf(TKey key) =>
        _stripes[(uint)key.GetHashCode() * 0x9E3779B9u >> _shift];
}
