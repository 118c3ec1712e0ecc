using System.Globalization;
using FastShardMap.Inspector.Rendering;

namespace FastShardMap.Inspector.Reports;

/// <summary>
/// What the user should look at first in a map, one sentence per finding. If there is no finding, one sentence says so.
/// </summary>
internal static class MapVerdict
{
    /// <summary>With good hashes the mean is a few tenths of a group, or up to one group at the highest load.</summary>
    private const double LongProbes = 1.5;

    /// <summary>
    /// A shard is called too full if it exceeds the expected maximum by this many standard deviations.
    /// </summary>
    private const double Certainty = 4;

    /// <summary>A smaller excess does no harm, even if it is certain.</summary>
    private const double NotableShare = 1.5;

    /// <summary>Fewer bytes that no key uses do no harm.</summary>
    private const long NotableRecordBytes = 1 << 20;

    public static IReadOnlyList<string> Of(MapReport report)
    {
        List<string> findings = [];
        if (report.Map.IsDisposed)
        {
            findings.Add("The map is disposed.");
        }

        if (report.UnreadableShards > 0)
        {
            findings.Add(
                $"{Output.Count(report.UnreadableShards, "shard")} cannot be read; the figures are "
                    + "those of the other shards.");
        }

        if (report.UnreadableGroups > 0)
        {
            findings.Add(
                $"{Output.Count(report.UnreadableGroups, "group")} cannot be read; the entries in "
                    + $"{(report.UnreadableGroups == 1 ? "it" : "them")} are not counted.");
        }

        foreach (LockHolder holder in report.Holders)
        {
            bool isAwaited = report.Shards.Any(shard => shard.Shard == holder.Shard && shard.HasParkedThreads);
            findings.Add(
                $"Shard {holder.Shard} is locked by thread "
                    + $"{holder.ManagedThreadId}{(isAwaited ? ", and others wait for it" : string.Empty)}.");
        }

        AddSkew(report, findings);
        double probeLength = report.Entries == 0
            ? 0
            : report.Shards.Sum(shard => (double)shard.OverflowSum) / report.Entries;
        long stuck = report.GroupsByOverflow.LastOrDefault();
        if (probeLength > LongProbes || stuck > 0)
        {
            string more = stuck == 0
                ? string.Empty
                : $", or more, because {Output.Count(stuck, "overflow count")} {(stuck == 1 ? "is" : "are")} saturated";
            findings.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"An entry is {probeLength:0.0} groups from its home group on average{more}: "
                    + $"many keys have the same hash bits."));
        }

        AddRecords(report.Records, findings);
        if (report.Migrating > 0)
        {
            findings.Add(
                $"{Output.Count(report.Migrating, "shard")} of {report.Shards.Count} "
                    + $"{(report.Migrating == 1 ? "is" : "are")} migrating.");
        }

        return findings.Count > 0
            ? findings
            : ["Nothing stands out: no lock is held, no shard is migrating, and entries are spread evenly."];
    }

    private static void AddRecords(Maps.RecordFigures records, List<string> findings)
    {
        if (records.LimboBytes > Math.Max(records.LiveBytes, NotableRecordBytes))
        {
            findings.Add(
                $"Snapshots keep {Output.Count(records.LimboBytes, "byte")} of removed keys, more than the "
                    + $"{Output.Number(records.LiveBytes)} of the keys in the map: dispose snapshots earlier.");
        }

        if (records.FreeBytes > Math.Max(records.LiveBytes, NotableRecordBytes))
        {
            findings.Add(
                $"{Output.Count(records.FreeBytes, "byte")} of the records are free, more than the "
                    + $"{Output.Number(records.LiveBytes)} of the keys in the map: TrimExcess returns them.");
        }
    }

    // The fullest of n shards with m entries each has about m + sqrt(2 m ln n) if hashes are good: the maximum of n
    // independent normal variables (Leadbetter, Lindgren, Rootzén, "Extremes", 1983, theorem 1.5.3).
    private static void AddSkew(MapReport report, List<string> findings)
    {
        if (report.Entries == 0 || report.Shards.Count < 2)
        {
            return;
        }

        double mean = (double)report.Entries / report.Shards.Count;
        double bound = mean + ((Math.Sqrt(2 * Math.Log(report.Shards.Count)) + Certainty) * Math.Sqrt(mean));
        Maps.ShardFigures fullest = report.Shards.MaxBy(shard => shard.Entries)!;
        if (fullest.Entries > bound && report.LargestShare > NotableShare)
        {
            findings.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Shard {fullest.Shard} is hot: {report.LargestShare:0.0} times the mean, with "
                    + $"{Output.Number(fullest.Entries)} of {Output.Count(report.Entries, "entry", "entries")}. The "
                    + $"hasher drops bits in which keys differ."));
        }
    }
}
