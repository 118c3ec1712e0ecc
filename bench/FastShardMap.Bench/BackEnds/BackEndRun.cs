using System.Diagnostics;
using System.Globalization;
using FastShardMap.Bench.Drive;
using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.BackEnds;

/// <summary>One filled back end that tasks call.</summary>
internal interface IBackEndRun : IDisposable
{
    string Name { get; }

    /// <summary>Lets the tasks run for a time, and returns the operations per second.</summary>
    double Run(CallStream calls, int callers, TimeSpan duration, bool isTimed);

    /// <summary>The latencies since the last call, which it clears.</summary>
    LatencyHistogram TakeLatencies();
}

/// <summary>
/// The callers: tasks that do <see cref="Burst"/> operations, then let another task have the thread; each does so once
/// at least.
/// </summary>
/// <remarks>An operation's latency runs from its call, or the end of the one before it in the burst, to its answer:
/// what a caller waits inside the map, not what it waits for a thread. Where the map's answer is awaited, the way back
/// to the caller counts.</remarks>
internal sealed class BackEndRun<TBackEnd> : IBackEndRun
    where TBackEnd : struct, IBackEnd<TBackEnd>
{
    private const int Burst = 16;

    private readonly TBackEnd _map;

    // A histogram a thread: ten thousand of them, one a caller, would not fit the caches.
    private ThreadLocal<LatencyHistogram> _latencies = NewLatencies();

    public BackEndRun(int shards, ulong[] keys)
    {
        _map = TBackEnd.Create(shards);
        foreach (ulong key in keys)
        {
            _map.StoreAsync(key, WordEntry.ValueOf(key)).AsTask().GetAwaiter().GetResult();
        }
    }

    public string Name => TBackEnd.Name;

    public double Run(CallStream calls, int callers, TimeSpan duration, bool isTimed)
    {
        StopSignal stop = new();
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<long>[] tasks = new Task<long>[callers];
        for (int caller = 0; caller < callers; caller++)
        {
            int start = CallStream.StartOf(caller);
            tasks[caller] = isTimed
                ? CallAsync<StopwatchClock>(gate.Task, calls, start, stop)
                : CallAsync<NoClock>(gate.Task, calls, start, stop);
        }

        long begin = Stopwatch.GetTimestamp();
        gate.SetResult();
        Thread.Sleep(duration);
        stop.Raise();
        long operations = Task.WhenAll(tasks).GetAwaiter().GetResult().Sum();
        return operations / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    public LatencyHistogram TakeLatencies()
    {
        LatencyHistogram all = new();
        foreach (LatencyHistogram ofThread in _latencies.Values)
        {
            all.Add(ofThread);
        }

        _latencies.Dispose();
        _latencies = NewLatencies();
        return all;
    }

    public void Dispose()
    {
        _latencies.Dispose();
        _map.Dispose();
    }

    private static ThreadLocal<LatencyHistogram> NewLatencies() =>
        new(() => new LatencyHistogram(), trackAllValues: true);

    private static void Check(ulong key, (bool Found, ulong Value) answer)
    {
        if (!answer.Found || answer.Value != WordEntry.ValueOf(key))
        {
            throw new AnswersDifferException($"The back end '{TBackEnd.Name}' gives a wrong answer for key {key}.");
        }
    }

    private async Task<long> CallAsync<TClock>(Task gate, CallStream calls, int start, StopSignal stop)
        where TClock : struct, ICallClock
    {
        await gate.ConfigureAwait(false);
        long operations = 0;
        do
        {
            long last = TClock.Read();
            for (int i = 0; i < Burst; i++)
            {
                (ulong key, bool isRead) = calls[start + operations + i];
                if (isRead)
                {
                    Check(key, await _map.ReadAsync(key).ConfigureAwait(false));
                }
                else
                {
                    await _map.StoreAsync(key, WordEntry.ValueOf(key)).ConfigureAwait(false);
                }

                last = TClock.Record(last, _latencies);
            }

            operations += Burst;
            await Task.Yield();
        }
        while (!stop.IsRaised);

        return operations;
    }
}
