using System.Diagnostics;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;
using FastShardMap.Near;

namespace FastShardMap.Bench.Near;

/// <summary>Two maps that read the same keys, with one write in ten operations and late answers: counts reads that were
/// stale at all, reads staler than the bound, and copies that stay stale.</summary>
/// <remarks>A worker has a turn of writes on their way while it reads, and gets the keys without copies in one batch.
/// So the time of the storm is that of its operations and not that of round trips. Each read is judged by itself all
/// the same.</remarks>
internal sealed class NearStorm(string configuration, long wantedReads)
{
    public static readonly string[] Rows = ["near-storm", "near-late-fills"];

    private const int Keys = 4096;
    private const int Remembered = 1 << 10;
    private const int Workers = 32;
    private const int KeysPerWorker = Keys / Workers;
    private const int WritesPerTurn = 32;
    private const int ReadsPerWrite = 9;
    private const int FillsPerLateOne = 20;

    private static readonly TimeSpan s_delayOfLateFills = TimeSpan.FromMilliseconds(2);

    // Values of a key count up: the last acknowledged one, and when each of the latest was acknowledged.
    private readonly long[] _acknowledged = new long[Keys];
    private readonly long[] _times = new long[Keys * Remembered];

    private long _reads;
    private long _writes;
    private long _stale;
    private long _beyond;
    private long _longestTicks;

    public async Task<FigureRow[]> RunAsync()
    {
        NearMapOptions options = new(configuration, $"storm{Environment.ProcessId}:")
        {
            MaxBytes = 8 << 20,
            MaxForeignStaleness = TimeSpan.FromHours(1), // no copy ends by its age
            ExactStaleness = true,
            OperationTimeout = TimeSpan.FromMinutes(10), // a long storm may run on a machine that has other work, too
        };
        await using NearMap<long, long> first = await NearMap<long, long>.ConnectAsync(options);
        await using NearMap<long, long> second = await NearMap<long, long>.ConnectAsync(options);
        await Task.WhenAll(Enumerable.Range(0, Keys).Select(key => first.SetAsync(key, 0).AsTask()));
        first.BeforeFill = second.BeforeFill = static () => Random.Shared.Next(FillsPerLateOne) == 0
            ? Task.Delay(s_delayOfLateFills)
            : Task.CompletedTask;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(
            () => WorkAsync(worker % 2 == 0 ? first : second, worker, options.MaxStaleness))));
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        long left = await CountStaleCopiesAsync([first, second]);
        NearStatistics[] counts = [first.GetStatistics(), second.GetStatistics()];

        string work =
            $"{Units.Count(_reads)} reads, {Units.Count(_writes)} writes of {Units.Count(Keys)} keys, 2 maps, "
                + $"{time.TotalSeconds:0} s";
        return
        [
            FigureRow.Of(
                AllTargets.Near,
                "near-storm",
                work,
                $"stale at all {Units.Count(_stale)} ({(double)_stale / _reads:0.0000 %}), the stalest by "
                    + $"{Units.Duration(LatencyHistogram.ToNanoseconds(_longestTicks))}; beyond the bound "
                    + Units.Count(_beyond),
                new Measure(TargetUnit.Reads, Spread.Of([_beyond]))),
            FigureRow.Of(
                AllTargets.Near,
                "near-late-fills",
                $"the same; 1 answer in {FillsPerLateOne} late by {s_delayOfLateFills.TotalMilliseconds} ms",
                $"{Units.Count(counts.Sum(one => one.Fills))} answers stored, "
                    + $"{Units.Count(counts.Sum(one => one.RefusedFills))} refused; copies stale for ever "
                    + Units.Count(left),
                new Measure(TargetUnit.Copies, Spread.Of([left]))),
        ];
    }

    private async Task WorkAsync(NearMap<long, long> map, int worker, TimeSpan bound)
    {
        Random random = new(worker);
        Turn turn = new(map, WritesPerTurn * ReadsPerWrite);
        Task[] writes = new Task[WritesPerTurn];
        long boundTicks = (long)(bound.TotalSeconds * Stopwatch.Frequency);
        long share = wantedReads / Workers;
        long reads = 0;
        long written = 0;
        while (reads < share)
        {
            // A key has one writer, and one write at a time, so its values are acknowledged in their order.
            int first = random.Next(KeysPerWorker);
            for (int write = 0; write < WritesPerTurn; write++)
            {
                writes[write] = WriteAsync(map, ((first + write) % KeysPerWorker * Workers) + worker);
            }

            for (int read = 0; read < WritesPerTurn * ReadsPerWrite; read++)
            {
                // The clock and the acknowledged value are read before the value, so an age is never too high.
                int key = random.Next(Keys);
                long now = Stopwatch.GetTimestamp();
                long acknowledged = Volatile.Read(ref _acknowledged[key]);
                if (map.TryGetLocal(key, out long copy))
                {
                    Judge(key, copy, acknowledged, now, boundTicks);
                }
                else
                {
                    turn.Add(key, acknowledged, now);
                }
            }

            await turn.ReadMissingAsync();
            foreach ((int key, long value, long acknowledged, long now) in turn.Answers)
            {
                Judge(key, value, acknowledged, now, boundTicks);
            }

            turn.Clear();
            await Task.WhenAll(writes);
            reads += WritesPerTurn * ReadsPerWrite;
            written += WritesPerTurn;
        }

        Interlocked.Add(ref _reads, reads);
        Interlocked.Add(ref _writes, written);
    }

    private async Task WriteAsync(NearMap<long, long> map, int key)
    {
        long value = _acknowledged[key] + 1;
        await map.SetAsync(key, value);
        Volatile.Write(ref _times[(key * Remembered) + (value % Remembered)], Stopwatch.GetTimestamp());
        Volatile.Write(ref _acknowledged[key], value);
    }

    private void Judge(int key, long value, long acknowledged, long now, long boundTicks)
    {
        if (acknowledged <= value)
        {
            return;
        }

        long age = now - Volatile.Read(ref _times[(key * Remembered) + ((value + 1) % Remembered)]);
        if (Volatile.Read(ref _acknowledged[key]) - value >= Remembered)
        {
            age = long.MaxValue; // its time is remembered no more
        }

        Interlocked.Increment(ref _stale);
        if (age > boundTicks)
        {
            Interlocked.Increment(ref _beyond);
        }

        long longest;
        while (age > (longest = Volatile.Read(ref _longestTicks)))
        {
            Interlocked.CompareExchange(ref _longestTicks, age, longest);
        }
    }

    private async Task<long> CountStaleCopiesAsync(NearMap<long, long>[] maps)
    {
        await Task.Delay(TimeSpan.FromSeconds(3)); // more than the bound
        long left = 0;
        foreach (NearMap<long, long> map in maps)
        {
            for (int key = 0; key < Keys; key++)
            {
                left += map.TryGetLocal(key, out long value) && value != _acknowledged[key] ? 1 : 0;
            }
        }

        return left;
    }

    /// <summary>The reads of a turn that found no copy.</summary>
    private sealed class Turn(NearMap<long, long> map, int most)
    {
        private readonly long[] _keys = new long[most];
        private readonly long[] _values = new long[most];
        private readonly bool[] _found = new bool[most];
        private readonly long[] _acknowledged = new long[most];
        private readonly long[] _times = new long[most];
        private int _count;

        public IEnumerable<(int Key, long Value, long Acknowledged, long Now)> Answers =>
            Enumerable.Range(0, _count)
                .Select(read => ((int)_keys[read], _values[read], _acknowledged[read], _times[read]));

        public void Add(int key, long acknowledged, long now)
        {
            _keys[_count] = key;
            _acknowledged[_count] = acknowledged;
            _times[_count] = now;
            _count++;
        }

        public async Task ReadMissingAsync()
        {
            int found = await map.GetManyAsync(_keys.AsMemory(0, _count), _values, _found);
            if (found != _count)
            {
                throw new InvalidOperationException($"{_count - found} keys have no value.");
            }
        }

        public void Clear() => _count = 0;
    }
}
