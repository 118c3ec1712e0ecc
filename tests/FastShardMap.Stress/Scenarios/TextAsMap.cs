using System.Globalization;

namespace FastShardMap.Stress.Scenarios;

/// <summary>A text map whose keys are numbers written as text: a few inline, the others with records.</summary>
internal sealed class TextAsMap : IConcurrentMap<int, ulong>
{
    private readonly TextShardMap<ulong> _map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });

    public long Count => _map.Count;

    public ulong this[int key]
    {
        get => _map[TextOf(key)];
        set => _map[TextOf(key)] = value;
    }

    public bool TryGetValue(int key, out ulong value) => _map.TryGetValue(TextOf(key), out value);

    public void Add(int key, ulong value) => _map.Add(TextOf(key), value);

    public bool TryAdd(int key, ulong value) => _map.TryAdd(TextOf(key), value);

    public bool TryUpdate(int key, ulong newValue, ulong comparisonValue) =>
        _map.TryUpdate(TextOf(key), newValue, comparisonValue);

    public bool TryRemove(int key, out ulong value) => _map.TryRemove(TextOf(key), out value);

    public ulong AddOrUpdate(
        int key, Func<int, ulong> addValueFactory, Func<int, ulong, ulong> updateValueFactory) =>
        _map.AddOrUpdate(
            TextOf(key),
            (_, _) => addValueFactory(key),
            (_, value, _) => updateValueFactory(key, value),
            0);

    public void Clear() => _map.Clear();

    public KeyValuePair<int, ulong>[] ToArray() =>
        [.. _map.ToArray().Select(entry => new KeyValuePair<int, ulong>(NumberOf(entry.Key), entry.Value))];

    public void Dispose() => _map.Dispose();

    private static string TextOf(int key) => key % 4 == 3
        ? string.Create(CultureInfo.InvariantCulture, $"k {key}")
        : string.Create(CultureInfo.InvariantCulture, $"a key whose bytes are in a record {key}");

    private static int NumberOf(string text) =>
        int.Parse(text.AsSpan(text.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture);
}
