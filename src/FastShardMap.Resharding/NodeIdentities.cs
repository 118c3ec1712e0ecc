using System.Globalization;
using StackExchange.Redis;

namespace FastShardMap.Resharding;

/// <summary>Finds servers that a table names twice. A move between two names of one server would delete the keys.
/// </summary>
internal static class NodeIdentities
{
    /// <summary>Gives each server of the moves an identity, if it has none yet, and compares them.</summary>
    /// <exception cref="ReshardException">Two names lead to the same database of one server, or another coordinator
    /// gave a server an identity meanwhile.</exception>
    public static async Task CheckAsync(NodeConnections connections, IEnumerable<RouteDocument.MoveEntry> moves)
    {
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach (string node in
            moves.SelectMany(move => new[] { move.From, move.To }).Distinct(StringComparer.Ordinal))
        {
            IDatabase database = await connections.DatabaseAsync(node).ConfigureAwait(false);
            string identity = await ReadAsync(database).ConfigureAwait(false);
            if (identity.Length == 0)
            {
                // A server without free memory refuses this also if the identity exists.
                await database.StringSetAsync(SlotKeys.Node, NewIdentity(), when: When.NotExists)
                    .ConfigureAwait(false);
                identity = await ReadAsync(database).ConfigureAwait(false);
            }

            if (!names.TryAdd(identity, node))
            {
                names.Add(await RenewAsync(connections, names[identity], node, identity).ConfigureAwait(false), node);
            }
        }

        // Another coordinator can have written a new identity between the reads of two names of one server. Then one
        // of the two has changed.
        foreach ((string identity, string node) in names)
        {
            IDatabase database = await connections.DatabaseAsync(node).ConfigureAwait(false);
            if (await ReadAsync(database).ConfigureAwait(false) != identity)
            {
                throw new ReshardException(
                    $"Another coordinator has changed the identity of '{node}' meanwhile. Run again.");
            }
        }
    }

    /// <summary>
    /// A server that was started from a copy of another one's data has the identity of that one. It is another server
    /// if the other one keeps the identity when this one gets a new one.
    /// </summary>
    private static async Task<string> RenewAsync(
        NodeConnections connections, string first, string second, string identity)
    {
        IDatabase database = await connections.DatabaseAsync(second).ConfigureAwait(false);
        await database.StringSetAsync(SlotKeys.Node, NewIdentity()).ConfigureAwait(false);
        string other = await ReadAsync(await connections.DatabaseAsync(first).ConfigureAwait(false))
            .ConfigureAwait(false);
        return other == identity
            ? await ReadAsync(database).ConfigureAwait(false)
            : throw new ReshardException(
                $"'{first}' and '{second}' are two names of one server. A move between them would delete its keys. "
                    + "Roll back, and name each server once.");
    }

    private static async Task<string> ReadAsync(IDatabase database) =>
        (string?)await database.StringGetAsync(SlotKeys.Node).ConfigureAwait(false) ?? "";

    private static string NewIdentity() => Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
}
