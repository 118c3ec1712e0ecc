namespace FastShardMap.Inspector.Tracing;

/// <summary>Threads of which each waited for the next at the same time: the last one waited for nobody.</summary>
/// <param name="Waits">Waiter, lock and owner of each hop.</param>
/// <param name="Total">Time in which all hops waited at once, over all occurrences.</param>
/// <param name="Longest">The longest occurrence.</param>
internal sealed record BlockingChain(IReadOnlyList<WaitSegment> Waits, int Count, TimeSpan Total, TimeSpan Longest)
{
    public int Hops => Waits.Count;

    /// <summary>Who made all of them wait.</summary>
    public int Root => Waits[^1].Owner;

    /// <summary>
    /// Whether the last one waited, too, for one that waited for it: each of them held what another wanted.
    /// </summary>
    public bool IsCircle => Waits.Any(hop => hop.Waiter == Root);

    /// <summary>Thread time that the chain has cost: every hop is a thread that waits.</summary>
    public TimeSpan Cost => Total * Hops;
}
