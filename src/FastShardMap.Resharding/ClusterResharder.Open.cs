using FastShardMap.Routing;
using StackExchange.Redis;
using SlotRange = FastShardMap.Routing.SlotRange;

namespace FastShardMap.Resharding;

public sealed partial class ClusterResharder
{
    /// <summary>Reads which slots are on their way: a run began to move them and ended before it was done, or it is
    /// still at work. Some of their keys may be on the new node already.</summary>
    /// <returns>The moves, one per slot. <see cref="RunAsync"/> completes them before anything else.</returns>
    /// <exception cref="ReshardException">The nodes do not agree on where such a slot goes.</exception>
    /// <exception cref="RedisException">A node cannot be reached.</exception>
    public async Task<IReadOnlyList<SlotMove>> GetOpenMovesAsync()
    {
        ClusterMember[] primaries =
            [.. (await MembersAsync().ConfigureAwait(false)).Where(member => member.IsPrimary)];
        HashSet<(int Slot, string From, string To)> open = [];
        foreach (ClusterMember primary in primaries)
        {
            foreach (ClusterMember member in await MembersOfAsync(primary.Address).ConfigureAwait(false))
            {
                open.UnionWith(member.Open);
            }
        }

        List<SlotMove> moves = [];
        foreach (IGrouping<int, (int Slot, string From, string To)> slot in
            open.GroupBy(move => move.Slot).OrderBy(group => group.Key))
        {
            (_, string from, string to) = slot.First();
            ClusterMember? source = primaries.FirstOrDefault(member => member.Id == from);
            ClusterMember? target = primaries.FirstOrDefault(member => member.Id == to);
            string names = $"from '{source?.Address ?? from}' to '{target?.Address ?? to}'";
            if (slot.Count() > 1 || source is null || target is null
                || (!Owns(source, slot.Key) && !Owns(target, slot.Key)))
            {
                throw new ReshardException(
                    $"Slot {slot.Key} was being moved {names}, but the nodes do not agree on that any more. Keys of "
                        + "it may be on several nodes: see CLUSTER NODES of each, and end it by CLUSTER SETSLOT.");
            }

            moves.Add(new SlotMove(slot.Key, slot.Key, source.Address, target.Address));
        }

        return moves;
    }

    /// <summary>The table as it will be when the slots that are on their way have arrived.</summary>
    private async Task<SlotTable> GetNextTableAsync()
    {
        SlotTable table = await GetTableAsync().ConfigureAwait(false);
        IReadOnlyList<SlotMove> open = await GetOpenMovesAsync().ConfigureAwait(false);
        if (open.Count == 0)
        {
            return table;
        }

        int[] owners = [.. Enumerable.Range(0, SlotTable.SlotCount).Select(table.NodeOf)];
        foreach (SlotMove move in open)
        {
            owners[move.First] = table.IndexOf(move.To);
        }

        return SlotTable.FromRanges(
            table.Nodes, [.. owners.Select((owner, slot) => new SlotRange(slot, slot, owner))]);
    }

    /// <summary>Completes what other runs have begun. Another plan would leave the keys that have moved already where
    /// no client looks for them.</summary>
    private async Task CompleteOpenMovesAsync(CancellationToken cancellationToken)
    {
        foreach (SlotMove move in await GetOpenMovesAsync().ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await IsGarnetAsync(move.From).ConfigureAwait(false))
            {
                // Garnet moves slots in the background, and ends that also if nobody waits for it.
                await WaitAsync(
                    _timeout,
                    async () => (await GetOpenMovesAsync().ConfigureAwait(false)).All(
                        open => open.First != move.First),
                    () => IsAtWorkAsync(move),
                    $"Slot {move.First} has not moved from '{move.From}' to '{move.To}'",
                    cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await MoveOnRedisAsync(move, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
