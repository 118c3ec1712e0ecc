namespace FastShardMap.Inspector.Specimen;

/// <summary>Threads that the collector stops all the time, by signals where they run without a call.</summary>
internal static class Collecting
{
    private static long s_sum;

    public static void Start()
    {
        for (int i = 0; i < 2; i++)
        {
            new Thread(static () =>
            {
                for (long number = 0; ; number++)
                {
                    s_sum += number * number;
                }
            })
            { IsBackground = true }.Start();
        }

        new Thread(static () =>
        {
            while (true)
            {
                GC.Collect(0);
            }
        })
        { IsBackground = true }.Start();
    }
}
