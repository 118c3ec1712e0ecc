using System.Runtime.CompilerServices;

namespace FastShardMap.Memory;

/// <summary>
/// The one background thread of the process that does what no request should pay for. Starts with the first work, and
/// ends when there was none for a while. Queued work is reachable from here, so nothing it uses is finalized before.
/// </summary>
internal static class MaintenanceThread
{
    // The work is shallow; the default stack of 1.5 MiB and more would be the largest thing the library holds.
    private const int StackBytes = 256 * 1024;

    private static readonly UninterruptibleMonitor s_gate = new();
    private static readonly Queue<IMaintenanceWork> s_queue = new();
    private static bool s_running;
    private static long s_failures;

    /// <summary>How long the thread waits for more before it ends.</summary>
    public static TimeSpan IdleLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Pieces of work that ended with an exception. Always zero in a correct program.</summary>
    public static long Failures => Interlocked.Read(ref s_failures);

    /// <summary>Whether the thread exists at the moment.</summary>
    public static bool IsRunning => Volatile.Read(ref s_running);

    /// <summary>
    /// Queues the work. False: no thread could be had, and the caller should do the work itself; should the work run
    /// here too, later, it must find nothing left to do.
    /// </summary>
    public static bool TryPost(IMaintenanceWork work)
    {
        if (FaultInjection.FailsPost())
        {
            return false;
        }

        try
        {
            using (s_gate.Enter())
            {
                s_queue.Enqueue(work);
                if (s_running)
                {
                    s_gate.PulseAll();
                    return true;
                }

                // UnsafeStart: the work must not run with, and hold on to, the execution context of whoever came first.
                Thread thread = new(Loop, StackBytes) { IsBackground = true, Name = "FastShardMap maintenance" };
                thread.UnsafeStart();
                s_running = true;
                return true;
            }
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            return false;
        }
    }

    private static void Loop()
    {
        while (TryRunNext())
        {
        }
    }

    // A method of its own, so that no local keeps the last work alive while the thread idles.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryRunNext()
    {
        IMaintenanceWork? work;
        using (s_gate.Enter())
        {
            if (s_queue.Count == 0)
            {
                _ = s_gate.TryWait(IdleLimit);
            }

            if (!s_queue.TryDequeue(out work))
            {
                s_running = false;
                return false;
            }
        }

        try
        {
            work.Run();
        }
        catch (Exception)
        {
            // One map's trouble must neither end the process nor starve the others.
            Interlocked.Increment(ref s_failures);
        }

        return true;
    }
}
