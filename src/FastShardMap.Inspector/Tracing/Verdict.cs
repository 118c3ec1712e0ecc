using System.Globalization;

namespace FastShardMap.Inspector.Tracing;

/// <summary>The last line of a trace, which says what to look at first.</summary>
internal static class Verdict
{
    /// <summary>The verdict.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="chains">The chains, the most expensive first.</param>
    /// <param name="map">The map to whose locks the chains lead; null for all maps.</param>
    public static string Of(LockTrace trace, IReadOnlyList<BlockingChain> chains, ulong? map = null)
    {
        if (chains.Count == 0)
        {
            string which = map is { } address ? $" of {trace.MapText(address)}" : string.Empty;
            return $"VERDICT: no thread waited for a shard lock{which} in {Seconds(trace.Duration)}.";
        }

        BlockingChain worst = chains[0];
        string path = string.Join(
            " → ", worst.Waits.Select(hop => trace.ThreadText(hop.Waiter)).Append(trace.ThreadText(worst.Root)));
        WaitSegment last = worst.Waits[^1];
        string times =
            $"VERDICT: worst chain {path}: {Seconds(worst.Total)} in all, {Seconds(worst.Longest)} at a time; ";
        return worst.IsCircle
            ? $"{times}a circle: each thread held the lock that the one before needed, until a wait was given up."
            : $"{times}{trace.ThreadText(worst.Root)} held shard {last.Shard} of {trace.MapText(last.Map)} and "
                + "did not wait for a lock.";
    }

    public static string Seconds(TimeSpan time) => time.TotalSeconds >= 1
        ? time.TotalSeconds.ToString("0.00 s", CultureInfo.InvariantCulture)
        : time.TotalMilliseconds.ToString("0.0 ms", CultureInfo.InvariantCulture);
}
