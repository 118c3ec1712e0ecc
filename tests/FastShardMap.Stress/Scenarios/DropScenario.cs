using FastShardMap.Memory;

namespace FastShardMap.Stress.Scenarios;

/// <summary>
/// Maps are created, used and forgotten, disposed or not: finalization must get all of their memory back, and never
/// under an operation.
/// </summary>
internal sealed class DropScenario : StressScenario
{
    private const long SlackBytes = 64L * 1024 * 1024;
    private long _mappedAtStart;

    public override void Begin(int threads, int seed)
    {
        Collect();
        _mappedAtStart = Arena.ProcessMappedBytes;
    }

    public override void Step(StressWorker worker)
    {
        ShardMap<int, long> map = new(Options(shards: 1 << worker.Random.Next(5)));
        int entries = worker.Random.Next(400);
        for (int key = 0; key < entries; key++)
        {
            map[key] = key;
        }

        if (worker.Random.Next(8) == 0)
        {
            GC.Collect(0);
        }

        for (int key = 0; key < entries; key++)
        {
            Require(map.TryGetValue(key, out long value) && value == key, $"key {key} has value {value}");
        }

        if (worker.Random.Next(2) == 0)
        {
            map.Dispose();
        }

        worker.Operations += entries * 2;
    }

    public override void End()
    {
        Collect();
        long mapped = Arena.ProcessMappedBytes - _mappedAtStart;
        Require(mapped < SlackBytes, $"{mapped} bytes of address space are left after all maps are gone");
    }

    private static void Collect()
    {
        for (int i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
