namespace FastShardMap.Stress.Scenarios;

/// <summary>
/// Some threads enumerate while others make the map grow and shrink: whatever stays is seen exactly once (hazard H16).
/// </summary>
internal sealed class EnumerateScenario : StressScenario
{
    private const int Stable = 400;
    private const int Volatiles = 3_000;
    private ShardMap<int, int> _map = new();

    public override void Begin(int threads, int seed)
    {
        _map = new ShardMap<int, int>(Options());
        for (int key = 0; key < Stable; key++)
        {
            _map[key] = key;
        }
    }

    public override void Step(StressWorker worker)
    {
        if (worker.Index % 2 == 1)
        {
            int from = Stable + worker.Random.Next(Volatiles);
            for (int key = from; key < from + 200; key++)
            {
                _map[key] = key;
            }

            for (int key = from; key < from + 200; key++)
            {
                _map.TryRemove(key, out _);
            }

            if (worker.Random.Next(4) == 0)
            {
                _map.TrimExcess();
            }

            return;
        }

        bool[] seen = new bool[Stable];
        IEnumerable<KeyValuePair<int, int>> entries = worker.Random.Next(3) == 0 ? _map.ToArray() : _map;
        foreach ((int key, int value) in entries)
        {
            Require(key == value, $"key {key} has value {value}");
            if (key < Stable)
            {
                Require(!seen[key], $"key {key} was seen twice");
                seen[key] = true;
            }
        }

        Require(Array.TrueForAll(seen, static s => s), $"key {Array.IndexOf(seen, false)} was missed");
    }

    public override void End() => _map.Dispose();
}
