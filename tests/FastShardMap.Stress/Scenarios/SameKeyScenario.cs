namespace FastShardMap.Stress.Scenarios;

/// <summary>All threads on three keys; what was added is what was taken out and what is left.</summary>
internal sealed class SameKeyScenario : StressScenario
{
    private const int Keys = 3;
    private ShardMap<int, long> _map = new();
    private long _added;
    private long _removed;

    public override void Begin(int threads, int seed)
    {
        _map = new ShardMap<int, long>(Options(shards: 2));
        (_added, _removed) = (0, 0);
    }

    public override void Step(StressWorker worker)
    {
        long added = 0;
        long removed = 0;
        for (int i = 0; i < 100; i++)
        {
            int key = worker.Random.Next(Keys);
            switch (worker.Random.Next(6))
            {
                case 0:
                    removed += _map.TryRemove(key, out long value) ? value : 0;
                    break;
                case 1:
                    added += _map.TryAdd(key, 5) ? 5 : 0;
                    break;
                case 2:
                    added += _map.TryUpdate(key, static (ref v, delta) => v += delta, 7) ? 7 : 0;
                    break;
                case 3:
                    if (_map.TryGetValue(key, out long seen) && _map.TryUpdate(key, seen + 3, seen))
                    {
                        added += 3;
                    }

                    break;
                case 4:
                    if (_map.TryExchange(key, 11, out long old))
                    {
                        added += 11;
                        removed += old;
                    }

                    break;
                default:
                    _map.AddDelta(key, 1);
                    added++;
                    break;
            }
        }

        worker.Operations += 99;
        Interlocked.Add(ref _added, added);
        Interlocked.Add(ref _removed, removed);
    }

    public override void End()
    {
        long left = _map.ToArray().Sum(static entry => entry.Value);
        Require(_added - _removed == left, $"added {_added}, removed {_removed}, left {left}");
        _map.Dispose();
    }
}
