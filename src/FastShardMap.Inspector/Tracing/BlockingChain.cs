namespace FastShardMap.Inspector.Tracing;

/// <summary>
/// A chain of threads, in which each waited for the next at the same time. The last one did not wait.
/// </summary>
/// <param name="Waits">The waiter, the lock and the owner of each hop.</param>
/// <param name="Total">The time in which all hops waited at once, summed over all occurrences.</param>
/// <param name="Longest">The longest occurrence.</param>
internal sealed record BlockingChain(IReadOnlyList<WaitSegment> Waits, int Count, TimeSpan Total, TimeSpan Longest)
{
    public int Hops => Waits.Count;

    /// <summary>The thread that made all of them wait.</summary>
    public int Root => Waits[^1].Owner;

    /// <summary>
    /// Whether the last thread is also a waiter, so that each thread held a lock that another one needed.
    /// </summary>
    public bool IsCircle => Waits.Any(hop => hop.Waiter == Root);

    /// <summary>The thread time that the chain has cost; every hop is a thread that waits.</summary>
    public TimeSpan Cost => Total * Hops;
}
