namespace FastShardMap.Stress.Scenarios;

/// <summary>Batched lookups of keys that stay, while the map grows and shrinks around them.</summary>
internal sealed class BatchScenario : StressScenario
{
    private const int Stable = 1_000;
    private ShardMap<int, long> _map = new();

    public override void Begin(int threads, int seed)
    {
        _map = new ShardMap<int, long>(Options());
        for (int key = 0; key < Stable; key++)
        {
            _map[key] = key * 3L;
        }
    }

    public override void Step(StressWorker worker)
    {
        if (worker.Index % 3 == 1)
        {
            int from = Stable + worker.Random.Next(5_000);
            for (int i = 0; i < 500; i++)
            {
                _map[from + i] = 1;
            }

            for (int i = 0; i < 500; i++)
            {
                _map.TryRemove(from + i, out _);
            }

            _map.TrimExcess();
            return;
        }

        int count = worker.Random.Next(1, 100);
        int[] keys = new int[count];
        long[] values = new long[count];
        bool[] found = new bool[count];
        for (int i = 0; i < count; i++)
        {
            keys[i] = worker.Random.Next(4) == 0 ? -1 - worker.Random.Next(1_000) : worker.Random.Next(Stable);
        }

        int hits = _map.TryGetValues(keys, values, found);
        worker.Operations += count - 1;
        for (int i = 0; i < count; i++)
        {
            Require(
                found[i] == keys[i] >= 0 && values[i] == (found[i] ? keys[i] * 3L : 0),
                $"key {keys[i]}: found {found[i]} with {values[i]}");
        }

        Require(hits == Array.FindAll(keys, static key => key >= 0).Length, $"{hits} hits");
    }

    public override void End() => _map.Dispose();
}
