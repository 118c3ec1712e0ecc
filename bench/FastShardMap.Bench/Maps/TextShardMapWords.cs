namespace FastShardMap.Bench.Maps;

/// <summary>The map for text keys that this project is about.</summary>
public readonly struct TextShardMapWords : IWordMap<TextShardMapWords>
{
    private readonly TextShardMap<long> _map;

    private TextShardMapWords(TextShardMap<long> map) => _map = map;

    public static string Label => "TextShardMap";

    public long Count => _map.Count;

    public long? BytesAllocated => _map.BytesAllocated;

    public static TextShardMapWords Create(MapSettings settings) =>
        new(new TextShardMap<long>(ShardMapAdapter<ulong, long>.ToOptions(settings)));

    public bool TryGet(ReadOnlySpan<char> key, out long value) => _map.TryGetValue(key, out value);

    public void Increment(ReadOnlySpan<char> key) => _map.Increment(key);

    public IEnumerable<KeyValuePair<string, long>> Pairs()
    {
        List<KeyValuePair<string, long>> pairs = new((int)_map.Count);
        foreach (TextEntry<long> entry in _map)
        {
            pairs.Add(new KeyValuePair<string, long>(entry.KeyToString(), entry.Value));
        }

        return pairs;
    }

    public void Dispose() => _map.Dispose();
}
