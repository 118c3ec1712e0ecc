using System.Globalization;
using StackExchange.Redis;

namespace FastShardMap.Embedded;

/// <summary>Waits for nodes, and makes a cluster of them.</summary>
internal static class NodeClients
{
    private const int SlotCount = 16_384;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(50);

    public static async Task WaitForAnswersAsync(
        EngineNode[] nodes, string password, CancellationToken cancellationToken)
    {
        if (nodes.Length == 1)
        {
            ConnectionMultiplexer single =
                await ConnectAsync(nodes[0], password, cancellationToken).ConfigureAwait(false);
            await using (single.ConfigureAwait(false))
            {
                await single.GetDatabase().PingAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        List<ConnectionMultiplexer> clients = new(nodes.Length);
        try
        {
            foreach (EngineNode node in nodes)
            {
                clients.Add(await ConnectAsync(node, password, cancellationToken).ConfigureAwait(false));
            }

            await JoinAsync(nodes, clients, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (ConnectionMultiplexer client in clients)
            {
                await client.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task<ConnectionMultiplexer> ConnectAsync(
        EngineNode node, string password, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task<ConnectionMultiplexer> connecting =
                ConnectionMultiplexer.ConnectAsync(EmbeddedEngine.ConnectionOptions([node], password));
            try
            {
                return await connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                _ = CloseLaterAsync(connecting);
                throw;
            }
            catch (RedisConnectionException)
            {
                // A loaded machine: the node is not listening yet, or its answer took too long.
                await Task.Delay(RetryDelay, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Closes a connection that is made after nobody waits for it any more.</summary>
    private static async Task CloseLaterAsync(Task<ConnectionMultiplexer> connecting)
    {
        try
        {
            await (await connecting.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (RedisException)
        {
            // It was not made.
        }
    }

    private static async Task JoinAsync(
        EngineNode[] nodes, List<ConnectionMultiplexer> clients, CancellationToken cancellationToken)
    {
        IServer[] servers = [.. clients.Select((client, index) => client.GetServer(nodes[index].Endpoint))];
        for (int index = 0; index < servers.Length; index++)
        {
            int first = SlotCount * index / servers.Length;
            int last = (SlotCount * (index + 1) / servers.Length) - 1;
            await ExecuteAsync(servers[index], cancellationToken, "ADDSLOTSRANGE", first, last).ConfigureAwait(false);
            await ExecuteAsync(servers[index], cancellationToken, "SET-CONFIG-EPOCH", index + 1).ConfigureAwait(false);
        }

        foreach (EngineNode node in nodes.Skip(1))
        {
            await ExecuteAsync(
                servers[0], cancellationToken, "MEET", node.Endpoint.Address.ToString(), node.Endpoint.Port)
                .ConfigureAwait(false);
        }

        foreach (IServer server in servers)
        {
            while (!await SeesAllAsync(server, nodes.Length, cancellationToken).ConfigureAwait(false))
            {
                await Task.Delay(RetryDelay, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task<bool> SeesAllAsync(
        IServer server, int nodeCount, CancellationToken cancellationToken)
    {
        string state = await ExecuteAsync(server, cancellationToken, "INFO").ConfigureAwait(false);
        string slots = string.Create(CultureInfo.InvariantCulture, $"cluster_slots_assigned:{SlotCount}");
        if (!state.Contains("cluster_state:ok", StringComparison.Ordinal)
            || !state.Contains(slots, StringComparison.Ordinal))
        {
            return false;
        }

        string list = await ExecuteAsync(server, cancellationToken, "NODES").ConfigureAwait(false);
        return list.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Count(line => line.Contains(" connected", StringComparison.Ordinal)) == nodeCount;
    }

    private static async Task<string> ExecuteAsync(
        IServer server, CancellationToken cancellationToken, params object[] arguments)
    {
        RedisResult result = await server.ExecuteAsync("CLUSTER", arguments)
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        return (string?)result ?? "";
    }
}
