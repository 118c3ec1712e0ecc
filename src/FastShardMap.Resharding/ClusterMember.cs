using System.Globalization;
using FastShardMap.Routing;

namespace FastShardMap.Resharding;

/// <summary>A line of <c>CLUSTER NODES</c>.</summary>
/// <param name="Id">The node's identity in the cluster.</param>
/// <param name="Address">Host and port, as a client connects to it.</param>
/// <param name="IsPrimary">Whether the node is a primary.</param>
/// <param name="Ranges">The slots that it owns.</param>
internal sealed record ClusterMember(
    string Id, string Address, bool IsPrimary, IReadOnlyList<(int First, int Last)> Ranges)
{
    private const string Leaves = "->-";
    private const string Arrives = "-<-";

    /// <summary>The slots that are on their way to or from this node, and the identities of both nodes. Each node says
    /// it of itself only.</summary>
    public IReadOnlyList<(int Slot, string From, string To)> Open { get; private init; } = [];

    /// <summary>Reads the answer of <c>CLUSTER NODES</c>: per line, identity, address, flags, primary, two times,
    /// epoch, state of the link, slots.</summary>
    public static IReadOnlyList<ClusterMember> Parse(string answer)
    {
        List<ClusterMember> members = [];
        foreach (string line in answer.Split(
            '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 8)
            {
                throw new ReshardException($"CLUSTER NODES answered a line of {words.Length} words.");
            }

            string[] flags = words[2].Split(',');
            if (flags.Contains("noaddr") || flags.Contains("handshake"))
            {
                continue;
            }

            // host:port@busport,hostname
            string address = words[1].Split('@')[0].Split(',')[0];
            List<(int, int)> ranges = [];

            List<(int, string, string)> open = [];
            foreach (string word in words.Skip(8))
            {
                // Brackets hold a slot that is on its way; it still belongs to its source.
                if (word.StartsWith('['))
                {
                    open.Add(OpenOf(word.Trim('[', ']'), words[0]));
                    continue;
                }

                string[] ends = word.Split('-');
                int first = Slot(ends[0]);
                ranges.Add((first, ends.Length > 1 ? Slot(ends[1]) : first));
            }

            // After a failover, the others list the former primary until it returns or is forgotten.
            if (flags.Contains("fail") && ranges.Count == 0)
            {
                continue;
            }

            members.Add(new ClusterMember(words[0], address, flags.Contains("master"), ranges)
            {
                Open = open,
            });
        }

        return members;
    }

    /// <summary>Reads what brackets hold: <c>slot->-target</c> or <c>slot-&lt;-source</c>.</summary>
    private static (int Slot, string From, string To) OpenOf(string text, string self)
    {
        string[] parts = text.Split(Leaves, 2);
        if (parts.Length == 2)
        {
            return (Slot(parts[0]), self, parts[1]);
        }

        parts = text.Split(Arrives, 2);
        return parts.Length == 2
            ? (Slot(parts[0]), parts[1], self)
            : throw new ReshardException($"CLUSTER NODES named the slot '[{text}]'.");
    }

    private static int Slot(string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int slot)
            && slot < SlotTable.SlotCount
                ? slot
                : throw new ReshardException($"CLUSTER NODES named the slot '{word}'.");
}
