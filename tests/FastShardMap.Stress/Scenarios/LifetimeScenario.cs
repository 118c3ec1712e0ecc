namespace FastShardMap.Stress.Scenarios;

/// <summary>
/// Everything races with Clear and Dispose: the one exception allowed is ObjectDisposedException, and once Dispose has
/// returned a map never answers again (hazard H2).
/// </summary>
internal sealed class LifetimeScenario : StressScenario
{
    private Life _life = new();

    public override void Begin(int threads, int seed) => _life = new Life();

    public override void Step(StressWorker worker)
    {
        Life life = Volatile.Read(ref _life);
        for (int i = 0; i < 200; i++)
        {
            bool ended = life.Ended;
            try
            {
                Operate(life.Map, worker.Random);
                Require(!ended, $"a map answered after Dispose had returned");
            }
            catch (ObjectDisposedException)
            {
                // As promised.
            }
        }

        worker.Operations += 199;
        if (worker.Random.Next(4) == 0)
        {
            Life old = Interlocked.Exchange(ref _life, new Life());
            old.Map.Dispose();
            old.Ended = true;
        }
    }

    public override void End() => _life.Map.Dispose();

    private static void Operate(ShardMap<int, long> map, Random random)
    {
        int key = random.Next(300);
        switch (random.Next(40))
        {
            case < 15:
                Require(
                    map.TryGetValue(key, out long value) ? value == key : value == 0, $"key {key} has value {value}");
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
                Require(
                    Array.TrueForAll(map.ToArray(), static entry => entry.Key == entry.Value),
                    $"a wrong value in ToArray");
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

    private sealed class Life
    {
        private volatile bool _ended;

        public ShardMap<int, long> Map { get; } = new(Options());

        public bool Ended
        {
            get => _ended;
            set => _ended = value;
        }
    }
}
