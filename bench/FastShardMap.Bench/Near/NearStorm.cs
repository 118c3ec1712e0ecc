using System.Diagnostics;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;
using FastShardMap.Near;

namespace FastShardMap.Bench.Near;

/// <summary>Two maps that read the same keys, with one write in ten operations and late answers: counts reads that were
/// stale at all, reads staler than the bound, and copies that stay stale.</summary>
internal sealed class NearStorm(string configuration, long wantedReads)
{
    private const int Keys = 1000;
    private const int Remembered = 1 << 12;
    private const int Workers = 16;
    private const int OperationsPerWrite = 10;
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
            ExactStaleness = true,
            OperationTimeout = TimeSpan.FromMinutes(10), // a long storm may run on a machine that has other work, too
        };
        await using NearMap<long, long> first = await NearMap<long, long>.ConnectAsync(options);
        await using NearMap<long, long> second = await NearMap<long, long>.ConnectAsync(options);
        for (long key = 0; key < Keys; key++)
        {
            await first.SetAsync(key, 0);
        }

        first.BeforeFill = second.BeforeFill = static () => Random.Shared.Next(FillsPerLateOne) == 0
            ? Task.Delay(s_delayOfLateFills)
            : Task.CompletedTask;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(
            () => WorkAsync(worker % 2 == 0 ? first : second, worker, options.MaxStaleness))));
        long left = await CountStaleCopiesAsync([first, second]);
        NearStatistics[] counts = [first.GetStatistics(), second.GetStatistics()];

        string work =
            $"{Units.Count(_reads)} reads, {Units.Count(_writes)} writes of {Units.Count(Keys)} keys, 2 maps";
        return
        [
            FigureRow.Of(
                AllTargets.Near,
                "near-storm",
                work,
                $"stale at all {(double)_stale / _reads:0.0000 %}, the stalest by "
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

    // A key has one writer, so its values are acknowledged in their order.
    private async Task WorkAsync(NearMap<long, long> map, int worker, TimeSpan bound)
    {
        Random random = new(worker);
        long boundTicks = (long)(bound.TotalSeconds * Stopwatch.Frequency);
        long reads = 0;
        long writes = 0;
        long share = wantedReads / Workers;
        while (reads < share)
        {
            if (random.Next(OperationsPerWrite) == 0)
            {
                await WriteAsync(map, (random.Next(Keys / Workers) * Workers) + worker);
                writes++;
                continue;
            }

            // The clock and the acknowledged value are read before the value, so an age is never too high.
            int key = random.Next(Keys);
            long now = Stopwatch.GetTimestamp();
            long acknowledged = Volatile.Read(ref _acknowledged[key]);
            long value = map.TryGetLocal(key, out long copy) ? copy : (await map.GetAsync(key)).Value;
            if (acknowledged > value)
            {
                Judge(key, value, now, boundTicks);
            }

            reads++;
        }

        Interlocked.Add(ref _reads, reads);
        Interlocked.Add(ref _writes, writes);
    }

    private async Task WriteAsync(NearMap<long, long> map, int key)
    {
        long value = _acknowledged[key] + 1;
        await map.SetAsync(key, value);
        Volatile.Write(ref _times[(key * Remembered) + (value % Remembered)], Stopwatch.GetTimestamp());
        Volatile.Write(ref _acknowledged[key], value);
    }

    private void Judge(int key, long value, long now, long boundTicks)
    {
        long age = now - Volatile.Read(ref _times[(key * Remembered) + ((value + 1) % Remembered)]);
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
}
