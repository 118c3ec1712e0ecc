using System.Diagnostics;
using FastShardMap.ConcurrencyTests.History;

namespace FastShardMap.Stress.Scenarios;

/// <summary>
/// Short bursts of random operations on two keys, recorded with their times and checked for linearizability. Over any
/// back end; the operations that only <see cref="ShardMap{TKey, TValue}"/> has are left out for the others.
/// </summary>
internal sealed class HistoryScenario(Func<IConcurrentMap<int, ulong>> create) : StressScenario
{
    private const int OpsPerBurst = 6;
    private const int Keys = 2;
    private const int MostThreads = 8;
    private readonly MapOp[][] _ops = new MapOp[MostThreads][];
    private IConcurrentMap<int, ulong> _map = create();
    private Barrier? _barrier;
    private int _threads;
    private long _origin;
    private int _broken;

    public long Checked { get; private set; }

    /// <summary>The map of the lock-free reads.</summary>
    public static HistoryScenario OverSeqLocks() => new(static () => new ShardMap<int, ulong>(Options(shards: 1)));

    public static HistoryScenario OverMutexes() =>
        new(static () => new GuardedShardMap<int, ulong, MutexGuard>(shardCount: 2));

    public static HistoryScenario OverReaderWriterLocks() =>
        new(static () => new GuardedShardMap<int, ulong, ReaderWriterGuard>(shardCount: 2));

    public static HistoryScenario OverChannels() =>
        new(static () => new ChannelShardMap<int, ulong>(shardCount: 2, queueLength: 2));

    /// <summary>The map of the lock-free reads that follow addresses of records.</summary>
    public static HistoryScenario OverText() => new(static () => new TextAsMap());

    public override void Begin(int threads, int seed)
    {
        _threads = Math.Min(threads, MostThreads);
        _barrier = new Barrier(_threads, _ => CheckBurst());
    }

    public override void Step(StressWorker worker)
    {
        if (worker.Index >= _threads)
        {
            Thread.Sleep(1);
            return;
        }

        MapOp[] ops = [.. Enumerable.Range(0, OpsPerBurst).Select(_ => Draw(worker))];
        _ops[worker.Index] = ops;
        Meet();
        foreach (MapOp op in ops)
        {
            op.Invoked = Now();
            Run(op);
            op.Returned = Now();
        }

        Meet();
        worker.Operations += OpsPerBurst - 1;
    }

    public override void End()
    {
        Require(Checked > 0, $"no history was checked");
        _map.Dispose();
    }

    /// <summary>All threads at one point; a thread that has left for good breaks the barrier for the others.</summary>
    private void Meet()
    {
        if (!_barrier!.SignalAndWait(2_000))
        {
            Volatile.Write(ref _broken, 1); // the time is up and others have left: nothing to check any more
        }
    }

    private void CheckBurst()
    {
        // Every second meeting is the end of a burst.
        if (_barrier!.CurrentPhaseNumber % 2 == 0)
        {
            _map.Dispose();
            _map = create();
            for (int key = 100; key < 107; key++)
            {
                _map[key] = 0; // so that the burst grows the map
            }

            _origin = Stopwatch.GetTimestamp();
            return;
        }

        List<MapOp> history = [.. _ops.Where(static ops => ops is not null).SelectMany(static ops => ops)];
        ulong[] initial = [.. Enumerable.Repeat(MapModel.Absent, Keys)];
        if (_broken == 0 && HistoryChecker.FindFault(history, initial) is { } fault)
        {
            throw new InconsistencyException(fault);
        }

        Checked++;
    }

    private MapOp Draw(StressWorker worker)
    {
        OpKind[] kinds =
        [
            OpKind.Get, OpKind.Get, OpKind.Get, OpKind.TryAdd, OpKind.Set, OpKind.TryUpdate, OpKind.TryRemove,
            OpKind.AddOrUpdate,
            worker.Random.Next(4) == 0 ? OpKind.Clear : OpKind.ToArray,
        ];
        if (_map is ShardMap<int, ulong>)
        {
            kinds = [.. kinds, OpKind.TryRemovePair, OpKind.GetOrAdd, OpKind.TryExchange, OpKind.Add];
        }

        return new MapOp(
            kinds[worker.Random.Next(kinds.Length)],
            worker.Random.Next(Keys),
            (ulong)worker.Random.Next(1, 4),
            (ulong)worker.Random.Next(1, 4))
        {
            Thread = worker.Index,
        };
    }

    // In 64 ticks: single ticks of a nanosecond would overflow in a burst that is held up for two seconds.
    private int Now() => (int)((Stopwatch.GetTimestamp() - _origin) >> 6);

    private void Run(MapOp op)
    {
        ulong value;
        switch (op.Kind)
        {
            case OpKind.Get:
                op.Done = _map.TryGetValue(op.Key, out value);
                op.Value = value;
                break;
            case OpKind.TryAdd:
                op.Done = _map.TryAdd(op.Key, op.A);
                break;
            case OpKind.Set:
                _map[op.Key] = op.A;
                break;
            case OpKind.TryUpdate:
                op.Done = _map.TryUpdate(op.Key, op.A, op.B);
                break;
            case OpKind.TryRemove:
                op.Done = _map.TryRemove(op.Key, out value);
                op.Value = value;
                break;
            case OpKind.AddOrUpdate:
                op.Value = _map.AddOrUpdate(op.Key, _ => op.A, (_, old) => old + op.B);
                break;
            case OpKind.Clear:
                _map.Clear();
                break;
            case OpKind.ToArray:
                op.Seen = new ulong?[Keys];
                foreach ((int key, ulong seen) in _map.ToArray().Where(static entry => entry.Key < Keys))
                {
                    Require(op.Seen[key] is null, $"key {key} is listed twice");
                    op.Seen[key] = seen;
                }

                break;
            default:
                Run(op, (ShardMap<int, ulong>)_map);
                break;
        }
    }

    private static void Run(MapOp op, ShardMap<int, ulong> map)
    {
        ulong value;
        switch (op.Kind)
        {
            case OpKind.TryRemovePair:
                op.Done = map.TryRemove(new KeyValuePair<int, ulong>(op.Key, op.A));
                break;
            case OpKind.GetOrAdd:
                op.Value = map.GetOrAdd(op.Key, op.A);
                break;
            case OpKind.TryExchange:
                op.Done = map.TryExchange(op.Key, op.A, out value);
                op.Value = value;
                break;
            default:
                op.Value = map.AddDelta(op.Key, op.A);
                break;
        }
    }
}
