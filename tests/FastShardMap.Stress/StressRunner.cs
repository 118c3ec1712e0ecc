using System.Collections.Concurrent;
using System.Diagnostics;

namespace FastShardMap.Stress;

/// <summary>Runs scenarios one after the other, each with all threads and an equal share of the time.</summary>
internal sealed class StressRunner(StressOptions options)
{
    private const int PollMilliseconds = 50;
    private const int MaxFaultsKept = 20;

    public StressVerdict Run(Action<string> report)
    {
        StressVerdict verdict = new(options);
        foreach (string name in options.Tests)
        {
            StressResult result = RunOne(name, options.Duration / options.Tests.Count);
            verdict.Add(result);
            report(
                $"{name}: {result.Operations:N0} operations, {result.Faults.Count} "
                    + $"faults{(result.Hung ? ", HUNG" : string.Empty)}");
            if (result.Hung)
            {
                break; // its threads cannot be stopped: nothing after it would mean anything
            }
        }

        return verdict;
    }

    private StressResult RunOne(string name, TimeSpan duration)
    {
        StressScenario scenario = StressCatalogue.Create(name);
        ConcurrentQueue<Exception> faults = new();
        Stopwatch watch = Stopwatch.StartNew();
        StressWorker[] workers =
        [
            .. Enumerable.Range(0, options.Threads).Select(i => new StressWorker(i, options.Threads, options.Seed)),
        ];
        bool stop = false;
        using Barrier start = new(options.Threads);
        try
        {
            scenario.Begin(options.Threads, options.Seed);
        }
        catch (Exception exception)
        {
            faults.Enqueue(exception);
            return new StressResult(name, 0, watch.Elapsed, [.. faults], Hung: false);
        }

        Thread[] threads = [.. workers.Select(worker => new Thread(() =>
        {
            start.SignalAndWait();
            try
            {
                while (!Volatile.Read(ref stop))
                {
                    scenario.Step(worker);
                    worker.Operations++;
                }
            }
            catch (Exception exception)
            {
                if (faults.Count < MaxFaultsKept)
                {
                    faults.Enqueue(exception);
                }

                Volatile.Write(ref stop, true);
            }
        }) { IsBackground = true, Name = $"{name} {worker.Index}" })];
        Array.ForEach(threads, static thread => thread.Start());

        bool hung = !Watch(threads, workers, watch, duration, ref stop);
        if (!hung && faults.IsEmpty)
        {
            try
            {
                scenario.End();
            }
            catch (Exception exception)
            {
                faults.Enqueue(exception);
            }
        }

        return new StressResult(
            name, workers.Sum(static worker => worker.Operations), watch.Elapsed, [.. faults], hung);
    }

    /// <summary>
    /// Ends the scenario in time, but not before each thread has taken a step; false if a thread makes no progress for
    /// too long.
    /// </summary>
    private bool Watch(Thread[] threads, StressWorker[] workers, Stopwatch watch, TimeSpan duration, ref bool stop)
    {
        long[] seen = new long[workers.Length];
        TimeSpan[] since = new TimeSpan[workers.Length];
        while (Array.Exists(threads, static thread => thread.IsAlive))
        {
            Thread.Sleep(PollMilliseconds);
            if (watch.Elapsed >= duration && Array.TrueForAll(workers, static worker => worker.Operations > 0))
            {
                Volatile.Write(ref stop, true);
            }

            for (int i = 0; i < workers.Length; i++)
            {
                long operations = workers[i].Operations;
                if (operations != seen[i] || !threads[i].IsAlive)
                {
                    seen[i] = operations;
                    since[i] = watch.Elapsed;
                }
                else if (watch.Elapsed - since[i] > options.HangLimit)
                {
                    return false;
                }
            }
        }

        return true;
    }
}

/// <summary>What came of one scenario.</summary>
internal sealed record StressResult(
    string Name, long Operations, TimeSpan Elapsed, IReadOnlyList<Exception> Faults, bool Hung);
