using System.Diagnostics;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Drive;

/// <inheritdoc cref="IDriveRun"/>
internal sealed class DriveRun<TMap> : IDriveRun
    where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
{
    private readonly TMap _map;
    private readonly Driver<TMap>[] _drivers;
    private readonly bool _pin;

    public DriveRun(Mix mix, IReadOnlyList<ThreadPlan> plans, ulong[] keys, MapSettings settings, bool pin)
    {
        ArgumentNullException.ThrowIfNull(mix);
        ArgumentNullException.ThrowIfNull(plans);
        _pin = pin;
        _map = TMap.Create(settings);
        _drivers = [.. plans.Select(plan => new Driver<TMap>(_map, plan))];
        if (!mix.IsChurn)
        {
            MapLoops.Fill(_map, keys);
            return;
        }

        foreach (Driver<TMap> driver in _drivers)
        {
            driver.FillWindow();
        }
    }

    public string Label => TMap.Label;

    public double RunUntimed(TimeSpan duration)
    {
        long steps = 0;
        TimeSpan elapsed = RunAll(duration, (driver, stop) => Interlocked.Add(ref steps, driver.RunUntimed(stop)));
        return steps / elapsed.TotalSeconds;
    }

    public void RunTimed(TimeSpan duration, double arrivalRate)
    {
        if (arrivalRate > 0)
        {
            RunAll(duration, (driver, stop) => driver.RunScheduled(stop, arrivalRate / _drivers.Length));
        }
        else
        {
            RunAll(duration, static (driver, stop) => driver.RunTimed(stop));
        }
    }

    public void ClearLatencies()
    {
        foreach (Driver<TMap> driver in _drivers)
        {
            driver.ClearLatencies();
        }
    }

    public LatencyHistogram Latencies(OperationKind kind)
    {
        LatencyHistogram all = new();
        foreach (Driver<TMap> driver in _drivers)
        {
            all.Add(driver.Latencies[(int)kind]);
        }

        return all;
    }

    public void Dispose() => _map.Dispose();

    private TimeSpan RunAll(TimeSpan duration, Action<Driver<TMap>, StopSignal> leg)
    {
        StopSignal stop = new();
        using Timer timer = new(
            static state => ((StopSignal)state!).Raise(), stop, duration, Timeout.InfiniteTimeSpan);
        return ParallelRun.Run(_drivers.Length, thread =>
        {
            using ThreadPin pin = _pin ? ThreadPin.ToCore(thread) : default;
            leg(_drivers[thread], stop);
        });
    }
}
