using System.Collections.Concurrent;

namespace FastShardMap.Bench.Maps;

/// <summary>
/// <see cref="ConcurrentDictionary{TKey, TValue}"/> from strings to numbers. It is asked with spans, so that only a new
/// word allocates a string.
/// </summary>
public readonly struct ConcurrentDictionaryWords : IWordMap<ConcurrentDictionaryWords>
{
    private readonly ConcurrentDictionary<string, long> _map;
    private readonly ConcurrentDictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _spans;

    private ConcurrentDictionaryWords(ConcurrentDictionary<string, long> map)
    {
        _map = map;
        _spans = map.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public static string Label => "ConcurrentDictionary";

    public long Count => _map.Count;

    public static ConcurrentDictionaryWords Create(MapSettings settings) => new(new(StringComparer.Ordinal));

    public bool TryGet(ReadOnlySpan<char> key, out long value) => _spans.TryGetValue(key, out value);

    public void Increment(ReadOnlySpan<char> key)
    {
        while (!(_spans.TryGetValue(key, out string? present, out long count)
            ? _map.TryUpdate(present, count + 1, count)
            : _spans.TryAdd(key, 1)))
        {
            // Another thread was faster.
        }
    }

    public IEnumerable<KeyValuePair<string, long>> Pairs() => _map;
}
