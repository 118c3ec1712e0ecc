namespace FastShardMap.Near.Engine;

/// <summary>The thread that ends the leases of all near maps of this process when their time has come.</summary>
/// <remarks>A thread of its own, above normal priority: on the thread pool, work of the program could delay
/// it.</remarks>
internal static class Watchdog
{
    /// <summary>With the resolution of the clock, less than <see cref="Lease.ToleranceMilliseconds"/>.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(Lease.ToleranceMilliseconds - 4);

    private static readonly Lock s_gate = new();
    private static Lease[] s_leases = [];
    private static bool s_isRunning;

    public static void Add(Lease lease)
    {
        lock (s_gate)
        {
            Lease[] leases = [.. s_leases, lease];
            if (!s_isRunning)
            {
                // If there is no memory for a thread, the map does not connect, and the next one tries again.
                new Thread(Run)
                {
                    IsBackground = true,
                    Name = "FastShardMap.Near watchdog",
                    Priority = ThreadPriority.AboveNormal,
                }.Start();
                s_isRunning = true;
            }

            s_leases = leases;
        }
    }

    public static void Remove(Lease lease)
    {
        lock (s_gate)
        {
            s_leases = [.. s_leases.Where(other => other != lease)];
        }
    }

    private static void Run()
    {
        while (true)
        {
            Thread.Sleep(s_interval);
            Lease[] leases;
            lock (s_gate)
            {
                leases = s_leases;
                if (leases.Length == 0)
                {
                    s_isRunning = false;
                    return;
                }
            }

            foreach (Lease lease in leases)
            {
                lease.CheckExpiry();
            }
        }
    }
}
