namespace FastShardMap.ConcurrencyTests.Counts;

/// <summary>The model of native-layout-docs/scaling.md: cores that call one map without pause.</summary>
/// <remarks>The locks are stations of a closed queueing network, solved by exact mean value analysis (Reiser and
/// Lavenberg, "Mean-value analysis of closed multichain queuing networks", Journal of the ACM 27(2), 1980).</remarks>
internal sealed class CoherenceModel
{
    private const double TransferNanoseconds = 100;
    private const double OwnReadNanoseconds = 10;
    private const double OwnWriteNanoseconds = 20;

    /// <summary>
    /// Lines of a group that a read loads and a write changes, on average: the head's, and that of the slot.
    /// </summary>
    private const double GroupLines = 1.5;

    public CoherenceModel(int cores, int shards, double writes)
    {
        double elsewhere = 1 - (1.0 / cores);

        // A read finds a line gone if, since this core's last look, any other core has written it.
        double gone = 1 - (1 / (cores * (1 - (elsewhere * (1 - writes)))));
        ReadNanoseconds = OwnReadNanoseconds + (gone * GroupLines * TransferNanoseconds);

        // A write needs the lock's line before it has the lock, and the group's lines while it holds it.
        double before = elsewhere * TransferNanoseconds;
        double hold = OwnWriteNanoseconds + (elsewhere * GroupLines * TransferNanoseconds);
        double think = ((1 - writes) * ReadNanoseconds) + (writes * before);
        double queue = 0;
        double inLock = hold;
        double perNanosecond = 0;
        for (int customers = 1; customers <= cores; customers++)
        {
            inLock = hold * (1 + queue);
            perNanosecond = customers / (think + (writes * inLock));
            queue = perNanosecond * writes / shards * inLock;
        }

        WriteNanoseconds = before + hold;
        LockWaitNanoseconds = inLock - hold;
        LockBusy = perNanosecond * writes / shards * hold;
        MillionOperationsPerSecond = perNanosecond * 1000;
    }

    public double ReadNanoseconds { get; }

    /// <summary>Without the wait for a lock that another core holds.</summary>
    public double WriteNanoseconds { get; }

    public double LockWaitNanoseconds { get; }

    public double MillionOperationsPerSecond { get; }

    /// <summary>The share of the time that a lock is held.</summary>
    public double LockBusy { get; }
}
