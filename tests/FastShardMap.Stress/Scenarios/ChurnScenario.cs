namespace FastShardMap.Stress.Scenarios;

/// <summary>
/// Keys that never come twice, a window of them alive: no tombstones, no growth, walks stay short (hazard H10).
/// </summary>
internal sealed class ChurnScenario : StressScenario
{
    private const int Window = 500;
    private ShardMap<ulong, ulong> _map = new();
    private ulong[] _next = [];

    public override void Begin(int threads, int seed)
    {
        _map = new ShardMap<ulong, ulong>(Options());
        _next = new ulong[threads];
    }

    public override void Step(StressWorker worker)
    {
        ref ulong next = ref _next[worker.Index];
        ulong range = (ulong)worker.Index << 48;
        for (int i = 0; i < 100; i++, next++)
        {
            Require(_map.TryAdd(range + next, next), $"key {next} of thread {worker.Index} was there already");
            if (next >= Window)
            {
                ulong oldest = next - Window;
                Require(
                    _map.TryRemove(range + oldest, out ulong value) && value == oldest,
                    $"key {oldest} of thread {worker.Index} was lost");
                Require(!_map.ContainsKey(range + oldest), $"key {oldest} of thread {worker.Index} is still there");
            }
        }

        worker.Operations += 299;
    }

    public override void End()
    {
        long alive = _next.Sum(static next => (long)Math.Min(next, Window));
        Require(_map.Count == alive, $"Count {_map.Count}, alive {alive}");
        Require(_map.Capacity <= Math.Max(alive, 64) * 8, $"capacity {_map.Capacity} for {alive} entries");
        long[] lengths = _map.GetProbeLengths(63);
        Require(lengths[63] == 0, $"an entry lies 63 groups or more from its home");
        _map.Dispose();
    }
}
