using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace FastShardMap.Bench.Measuring;

/// <summary>Runs one body on several threads that all start at the same moment.</summary>
internal static class ParallelRun
{
    /// <summary>
    /// Runs <paramref name="body"/> once on each thread and returns the time from the common start to the end of the
    /// last one. With one thread the body runs on the calling thread.
    /// </summary>
    public static TimeSpan Run(int threads, Action<int> body)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentNullException.ThrowIfNull(body);
        if (threads == 1)
        {
            long begin = Stopwatch.GetTimestamp();
            body(0);
            return Stopwatch.GetElapsedTime(begin);
        }

        StartGate gate = new(threads);
        long[] starts = new long[threads];
        long[] ends = new long[threads];
        Exception?[] failures = new Exception?[threads];
        Thread[] workers = new Thread[threads];
        for (int i = 0; i < threads; i++)
        {
            int index = i;
            workers[i] = new Thread(() =>
            {
                gate.SignalAndWait();
                starts[index] = Stopwatch.GetTimestamp();
                try
                {
                    body(index);
                }
                catch (Exception exception)
                {
                    failures[index] = exception;
                }

                ends[index] = Stopwatch.GetTimestamp();
            })
            { IsBackground = true, Name = $"bench {index}" };
            workers[i].Start();
        }

        foreach (Thread worker in workers)
        {
            worker.Join();
        }

        if (Array.Find(failures, failure => failure is not null) is { } first)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        return Stopwatch.GetElapsedTime(starts.Min(), ends.Max());
    }

    /// <summary>
    /// Threads spin here until the last has come, so that none starts while another is still being created.
    /// </summary>
    private sealed class StartGate(int threads)
    {
        private int _missing = threads;

        public void SignalAndWait()
        {
            Interlocked.Decrement(ref _missing);
            SpinWait spinner = default(SpinWait);
            while (Volatile.Read(ref _missing) > 0)
            {
                // Yields now and then: with fewer cores than threads the missing one could otherwise not run.
                spinner.SpinOnce(sleep1Threshold: -1);
            }
        }
    }
}
