using System.Globalization;
using System.Net;
using System.Text;
using StackExchange.Redis;

namespace FastShardMap.Near.Engine;

/// <summary>The primaries of an engine and, in a cluster, the slots that they own.</summary>
internal sealed class Topology
{
    private Topology(EndPoint[] primaries, string slots, bool isCluster)
    {
        Primaries = primaries;
        Slots = slots;
        IsCluster = isCluster;
    }

    public EndPoint[] Primaries { get; }

    public bool IsCluster { get; }

    /// <summary>A text that is equal for equal owners of all slots.</summary>
    private string Slots { get; }

    /// <summary>Reads the topology as all primaries see it.</summary>
    /// <exception cref="SuspensionException">They do not agree, or there is none.</exception>
    public static async Task<Topology> ReadAsync(ConnectionMultiplexer connection, bool refresh)
    {
        if (refresh)
        {
            await connection.ConfigureAsync().ConfigureAwait(false);
        }

        IServer[] servers = [.. connection.GetServers().Where(server => server.IsConnected && !server.IsReplica)];
        if (servers.Length == 0)
        {
            throw new SuspensionException(NearSuspension.ConnectionLost, "No primary of the engine is connected.");
        }

        if (!servers.Any(server => server.ServerType == ServerType.Cluster))
        {
            return servers.Length == 1
                ? new Topology([servers[0].EndPoint], "", isCluster: false)
                : throw new NotSupportedException(
                    "The connection string names several independent servers. A near map reads one server or a "
                    + "cluster.");
        }

        Topology first = Of(await ViewAsync(servers[0]).ConfigureAwait(false));
        if (first.Primaries.Length == 0)
        {
            throw new SuspensionException(NearSuspension.TopologyChanged, "No node of the cluster owns slots.");
        }

        foreach (EndPoint primary in first.Primaries)
        {
            await first.CheckAsync(connection, primary).ConfigureAwait(false);
        }

        return first;
    }

    /// <summary>Checks that a node still sees these owners of the slots.</summary>
    /// <exception cref="SuspensionException">It does not.</exception>
    public async Task CheckAsync(ConnectionMultiplexer connection, EndPoint node)
    {
        if (IsCluster && Of(await ViewAsync(connection.GetServer(node)).ConfigureAwait(false)).Slots != Slots)
        {
            throw new SuspensionException(
                NearSuspension.TopologyChanged, $"The node {node} sees other owners of the slots.");
        }
    }

    /// <summary>A number such that keys with it as their tag belong to a node.</summary>
    public int TagOf(ConnectionMultiplexer connection, EndPoint node, KeyFormat keys)
    {
        if (!IsCluster)
        {
            return 0;
        }

        ClusterConfiguration configuration = connection.GetServer(node).ClusterConfiguration
            ?? throw new SuspensionException(NearSuspension.TopologyChanged, "The cluster is not known yet.");
        for (int tag = 0; tag < 100 * 16_384; tag++)
        {
            int slot = connection.GetHashSlot(keys.HeartbeatStem(tag, ""));
            if (configuration.GetBySlot(slot) is { } owner && Equals(owner.EndPoint, node))
            {
                return tag;
            }
        }

        throw new SuspensionException(NearSuspension.TopologyChanged, $"The node {node} owns no slots.");
    }

    private static async Task<ClusterConfiguration> ViewAsync(IServer server)
    {
        try
        {
            return await server.ClusterNodesAsync().ConfigureAwait(false)
                ?? throw new SuspensionException(NearSuspension.TopologyChanged, "A node has left the cluster.");
        }
        catch (RedisException exception)
        {
            throw new SuspensionException(
                NearSuspension.ConnectionLost, $"The node {server.EndPoint} does not show the cluster.", exception);
        }
    }

    private static Topology Of(ClusterConfiguration view)
    {
        (string Name, EndPoint EndPoint, string Slots)[] owners =
        [
            .. from node in view.Nodes
               where !node.IsReplica && node.Slots.Count > 0 && node.EndPoint is not null
               let slots = string.Join(',', node.Slots.Order().Select(range => range.ToString()))
               orderby node.NodeId
               select (node.NodeId, node.EndPoint!, slots),
        ];
        StringBuilder text = new();
        foreach ((string name, EndPoint endPoint, string slots) in owners)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name} {endPoint} {slots}\n");
        }

        return new Topology([.. owners.Select(owner => owner.EndPoint)], text.ToString(), isCluster: true);
    }
}
