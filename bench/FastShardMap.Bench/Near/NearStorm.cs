using System.Diagnostics;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;
using FastShardMap.Near;

namespace FastShardMap.Bench.Near;

/// <summary>Two maps that read the same keys while one of them writes: counts reads that were stale at all, reads
/// staler than the bound, and copies that stay stale.</summary>
internal sealed class NearStorm(string configuration, int seconds)
{
    private const int Keys = 1000;
    private const int Remembered = 1 << 12;
    private const int ReadsPerClock = 64;

    // Values of a key count up: the last acknowledged one, and when each of the latest was acknowledged.
    private readonly long[] _acknowledged = new long[Keys];
    private readonly long[] _times = new long[Keys * Remembered];

    private long _reads;
    private long _writes;
    private long _stale;
    private long _beyond;
    private long _longestTicks;

    public async Task<FigureRow> RunAsync()
    {
        NearMapOptions options = new(configuration, $"storm{Environment.ProcessId}:")
        {
            MaxBytes = 8 << 20,
            ExactStaleness = true,
        };
        await using NearMap<long, long> first = await NearMap<long, long>.ConnectAsync(options);
        await using NearMap<long, long> second = await NearMap<long, long>.ConnectAsync(options);
        for (long key = 0; key < Keys; key++)
        {
            await first.SetAsync(key, 0);
        }

        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(seconds));
        await Task.WhenAll(
            Task.Run(() => WriteAsync(first, stop.Token)),
            Task.Run(() => ReadAsync(first, 1, options.MaxStaleness, stop.Token)),
            Task.Run(() => ReadAsync(second, 2, options.MaxStaleness, stop.Token)));
        long left = await CountStaleCopiesAsync([first, second]);

        return FigureRow.Of(
            AllTargets.Near,
            "near-storm",
            $"{Units.Count(_reads)} reads, {Units.Count(_writes)} writes of {Units.Count(Keys)} keys, 2 maps",
            $"stale at all {(double)_stale / _reads:0.0000 %}, the stalest by "
                + $"{Units.Duration(LatencyHistogram.ToNanoseconds(_longestTicks))}; beyond the bound "
                + $"{Units.Count(_beyond)}; copies stale for ever {Units.Count(left)}",
            new Measure(TargetUnit.Reads, Spread.Of([_beyond + left])));
    }

    private static async Task<long> ReadBothWaysAsync(NearMap<long, long> map, long key) =>
        map.TryGetLocal(key, out long value) ? value : (await map.GetAsync(key)).Value;

    private async Task WriteAsync(NearMap<long, long> map, CancellationToken token)
    {
        Random random = new(5);
        while (!token.IsCancellationRequested)
        {
            int key = random.Next(Keys);
            long value = _acknowledged[key] + 1;
            await map.SetAsync(key, value, cancellationToken: CancellationToken.None);
            Volatile.Write(ref _times[(key * Remembered) + (value % Remembered)], Stopwatch.GetTimestamp());
            Volatile.Write(ref _acknowledged[key], value);
            _writes++;
        }
    }

    private async Task ReadAsync(NearMap<long, long> map, int seed, TimeSpan bound, CancellationToken token)
    {
        Random random = new(seed);
        long boundTicks = (long)(bound.TotalSeconds * Stopwatch.Frequency);
        long reads = 0;
        while (!token.IsCancellationRequested)
        {
            // The clock is read before the reads, so an age is never too high.
            long now = Stopwatch.GetTimestamp();
            for (int turn = 0; turn < ReadsPerClock; turn++)
            {
                int key = random.Next(Keys);
                long value = await ReadBothWaysAsync(map, key);
                if (Volatile.Read(ref _acknowledged[key]) > value)
                {
                    Judge(key, value, now, boundTicks);
                }
            }

            reads += ReadsPerClock;
        }

        Interlocked.Add(ref _reads, reads);
    }

    private void Judge(int key, long value, long now, long boundTicks)
    {
        long overwritten = Volatile.Read(ref _times[(key * Remembered) + ((value + 1) % Remembered)]);
        long age = now - overwritten;
        if (age <= 0)
        {
            return; // overwritten during these reads
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
}
