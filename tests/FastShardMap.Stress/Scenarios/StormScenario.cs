namespace FastShardMap.Stress.Scenarios;

/// <summary>
/// Every thread fills and empties its own range of keys, and knows what must be there; the map grows, shrinks and is
/// reserved all the while.
/// </summary>
internal sealed class StormScenario : StressScenario
{
    private const int MostKeys = 3_000;
    private ShardMap<ulong, ulong> _map = new();
    private int[] _present = [];

    public override void Begin(int threads, int seed)
    {
        _map = new ShardMap<ulong, ulong>(Options());
        _present = new int[threads];
    }

    public override void Step(StressWorker worker)
    {
        int target = worker.Random.Next(MostKeys);
        ref int present = ref _present[worker.Index];
        for (; present < target; present++)
        {
            Require(
                _map.TryAdd(Key(worker, present), (ulong)present),
                $"key {present} of thread {worker.Index} was there already");
            Probe(worker, present + 1);
        }

        while (present > target)
        {
            present--;
            Require(
                _map.TryRemove(Key(worker, present), out ulong value) && value == (ulong)present,
                $"key {present} of thread {worker.Index} was lost");
            Probe(worker, present);
        }

        switch (worker.Random.Next(8))
        {
            case 0:
                _map.TrimExcess();
                break;
            case 1:
                _map.EnsureCapacity(worker.Random.Next(MostKeys * 4));
                break;
            default:
                break;
        }
    }

    public override void End()
    {
        long expected = 0;
        for (int thread = 0; thread < _present.Length; thread++)
        {
            expected += _present[thread];
            for (int i = 0; i < MostKeys; i++)
            {
                bool found = _map.TryGetValue(((ulong)thread << 32) + (ulong)i, out ulong value);
                Require(
                    found == (i < _present[thread]) && (!found || value == (ulong)i),
                    $"key {i} of thread {thread} at the end");
            }
        }

        Require(
            _map.Count == expected && _map.ToArray().Length == expected, $"Count {_map.Count}, expected {expected}");
        _map.Dispose();
    }

    private static ulong Key(StressWorker worker, int i) => ((ulong)worker.Index << 32) + (ulong)i;

    private void Probe(StressWorker worker, int present)
    {
        worker.Operations += 2;
        int i = worker.Random.Next(MostKeys);
        bool found = _map.TryGetValue(Key(worker, i), out ulong value);
        Require(
            found == (i < present) && (!found || value == (ulong)i),
            $"key {i} of thread {worker.Index}: found {found} with {value} while the thread has {present}");
    }
}
