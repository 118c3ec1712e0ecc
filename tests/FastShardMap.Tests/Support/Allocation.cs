namespace FastShardMap.Tests.Support;

/// <summary>Managed bytes that an action allocates.</summary>
internal static class Allocation
{
    private const int Attempts = 5;

    /// <summary>
    /// Asserts that the action allocates nothing. It may be run some times: now and then the runtime allocates for
    /// itself, when it compiles code anew, say; what the action allocates, it allocates in every run.
    /// </summary>
    public static void AssertNone(Action action)
    {
        long allocated = long.MaxValue;
        for (int attempt = 0; attempt < Attempts && allocated != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }
}
