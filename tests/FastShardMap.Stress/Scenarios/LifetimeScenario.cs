namespace FastShardMap.Stress.Scenarios;

/// <summary>Everything races with Clear and Dispose: the one exception allowed is ObjectDisposedException, and a map that has
/// thrown it once never answers again (hazard H2).</summary>
internal sealed class LifetimeScenario : StressScenario
{
    private ShardMap<int, long> _map = new();

    public override void Begin(int threads, int seed) => _map = new ShardMap<int, long>(Options());

    public override void Step(StressWorker worker)
    {
        ShardMap<int, long> map = Volatile.Read(ref _map);
        bool disposed = false;
        for (int i = 0; i < 200; i++)
        {
            try
            {
                Operate(map, worker.Random);
                Require(!disposed, $"a map answered after it had thrown ObjectDisposedException to the same thread");
            }
            catch (ObjectDisposedException)
            {
                disposed = true;
            }
        }

        worker.Operations += 199;
        if (worker.Random.Next(4) == 0)
        {
            ShardMap<int, long> fresh = new(Options());
            Interlocked.Exchange(ref _map, fresh).Dispose();
        }
    }

    public override void End() => _map.Dispose();

    private static void Operate(ShardMap<int, long> map, Random random)
    {
        int key = random.Next(300);
        switch (random.Next(40))
        {
            case < 15:
                Require(map.TryGetValue(key, out long value) ? value == key : value == 0, $"key {key} has value {value}");
                break;
            case < 25:
                map[key] = key;
                break;
            case < 30:
                map.TryRemove(key, out _);
                break;
            case 30:
                map.Clear();
                break;
            case 31:
                map.TrimExcess();
                break;
            case 32:
                foreach ((int seen, long of) in map)
                {
                    Require(seen == of, $"enumeration: key {seen} has value {of}");
                }

                break;
            case 33:
                Require(Array.TrueForAll(map.ToArray(), static entry => entry.Key == entry.Value), $"a wrong value in ToArray");
                break;
            case 34:
                map.EnsureCapacity(random.Next(2_000));
                break;
            case 35:
                Require(map.GetOrAdd(key, static k => k) == key, $"GetOrAdd of key {key}");
                break;
            default:
                map.TryUpdate(key, key, key);
                break;
        }
    }
}
