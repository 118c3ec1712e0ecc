using System.Net;
using FastShardMap.Routing;
using StackExchange.Redis;
using SlotRange = FastShardMap.Routing.SlotRange;

namespace FastShardMap.Resharding;

/// <summary>Plans moves of slots between servers in cluster mode, and has the servers carry them out.</summary>
/// <remarks>
/// <para>The servers move the data themselves: Garnet by <c>MIGRATE … SLOTSRANGE</c>, Redis and Valkey by
/// <c>CLUSTER SETSLOT</c> and <c>MIGRATE … KEYS</c>. Clients are redirected while a slot moves, so they need no change.
/// The servers store the owners; if a coordinator is killed, another one reads them, and calling <see cref="RunAsync"/>
/// with a new plan to the same nodes continues.</para>
/// <para>The nodes must be members of the cluster already. Use one instance from one thread at a time. Every wait has a
/// limit.</para>
/// </remarks>
public sealed partial class ClusterResharder : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly ConfigurationOptions _options;
    private readonly TimeSpan _timeout;
    private readonly Dictionary<string, ConnectionMultiplexer> _nodes = new(StringComparer.Ordinal);

    private ClusterResharder(ConfigurationOptions options, TimeSpan timeout)
    {
        _options = options;
        _timeout = timeout;
    }

    /// <summary>Connects to a cluster.</summary>
    /// <param name="configuration">The connection string of at least one of its nodes. It can contain a
    /// password.</param>
    /// <param name="timeout">How long one request, or one range of slots without progress, may take.</param>
    /// <returns>The coordinator.</returns>
    /// <exception cref="ArgumentException"><paramref name="configuration"/> is null, empty, no connection string, or
    /// one without a server.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is not between 100 ms and one
    /// hour.</exception>
    /// <exception cref="ReshardException">The server is not in cluster mode.</exception>
    /// <exception cref="RedisException">No node can be reached, or none lets the user read which nodes there
    /// are.</exception>
    public static async Task<ClusterResharder> ConnectAsync(string configuration, TimeSpan timeout)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(configuration);
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.FromMilliseconds(100));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, TimeSpan.FromHours(1));
        ConfigurationOptions options = OptionsOf(configuration, timeout);
        ClusterResharder resharder = new(options, timeout);
        try
        {
            await resharder.MembersAsync().ConfigureAwait(false);
            return resharder;
        }
        catch
        {
            await resharder.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads which primary owns which slots.</summary>
    /// <returns>The table. The names of its nodes are their addresses; all weights are 1.</returns>
    /// <exception cref="ReshardException">Some slots have no owner.</exception>
    /// <exception cref="RedisException">No node can be reached.</exception>
    public async Task<SlotTable> GetTableAsync()
    {
        ClusterMember[] primaries =
            [.. (await MembersAsync().ConfigureAwait(false)).Where(member => member.IsPrimary)];
        try
        {
            return SlotTable.FromRanges(
                [.. primaries.Select(member => new NodeWeight(member.Address))],
                [
                    .. primaries.Index().SelectMany(member => member.Item.Ranges.Select(
                        range => new SlotRange(range.First, range.Last, member.Index))),
                ]);
        }
        catch (ArgumentException exception)
        {
            throw new ReshardException("The cluster does not own every slot exactly once.", exception);
        }
    }

    /// <summary>Plans a change of the nodes or their weights, and changes nothing.</summary>
    /// <param name="to">The nodes afterwards: addresses of primaries, as in <see cref="GetTableAsync"/>.</param>
    /// <param name="placement">Decides which node owns which slot; <see cref="LeastMovesPlacement"/> if null.</param>
    /// <returns>The plan. Slots that are on their way (<see cref="GetOpenMovesAsync"/>) are planned as if they had
    /// arrived.</returns>
    /// <exception cref="ArgumentException"><paramref name="to"/> cannot be placed, or names a node that is no primary
    /// of the cluster.</exception>
    /// <exception cref="ReshardException">Some slots have no owner, or the nodes do not agree on where a slot
    /// goes.</exception>
    /// <exception cref="RedisException">A primary cannot be reached.</exception>
    public async Task<ReshardPlan> PlanAsync(IReadOnlyList<NodeWeight> to, ISlotPlacement? placement = null)
    {
        SlotTable table = await GetNextTableAsync().ConfigureAwait(false);
        ReshardPlan plan = ReshardPlan.Create(table, to, placement);
        foreach (NodeWeight node in plan.To.Nodes)
        {
            if (table.IndexOf(node.Name) < 0)
            {
                throw new ArgumentException($"'{node.Name}' is no primary of the cluster.", nameof(to));
            }
        }

        return plan;
    }

    /// <summary>Has the servers carry out a plan, one range of slots after the other. Slots that another run has left
    /// on their way get to their targets first.</summary>
    /// <param name="plan">A plan of <see cref="PlanAsync"/>.</param>
    /// <param name="progress">Is told how far the moves have come, or null.</param>
    /// <param name="cancellationToken">A token to stop between two ranges.</param>
    /// <returns>A task that completes when all slots have their new owners.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="plan"/> is null.</exception>
    /// <exception cref="ReshardException">A slot is owned by neither node of its move, or a node has left the
    /// cluster.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="RedisException">A node cannot be reached, or refused to move slots.</exception>
    /// <exception cref="TimeoutException">A range made no progress for the time limit.</exception>
    public async Task RunAsync(
        ReshardPlan plan,
        IProgress<ReshardProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        await CompleteOpenMovesAsync(cancellationToken).ConfigureAwait(false);
        int done = 0;
        foreach (SlotMove move in plan.Moves)
        {
            progress?.Report(new ReshardProgress(MoveState.Copying, done, plan.MovedSlots, 0, 0));

            // Slots that another run has moved already are left out.
            foreach ((int first, int last) in await RemainingAsync(move).ConfigureAwait(false))
            {
                cancellationToken.ThrowIfCancellationRequested();
                SlotMove part = move with { First = first, Last = last };
                if (await IsGarnetAsync(move.From).ConfigureAwait(false))
                {
                    await MoveOnGarnetAsync(part, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await MoveOnRedisAsync(part, cancellationToken).ConfigureAwait(false);
                }
            }

            done += move.Count;
        }

        progress?.Report(new ReshardProgress(MoveState.Cleaning, done, plan.MovedSlots, 0, 0));
    }

    /// <summary>Makes a replica a primary. Redis and Valkey do that by themselves when a primary fails; Garnet does
    /// it only when asked.</summary>
    /// <param name="address">The address of the replica.</param>
    /// <param name="cancellationToken">A token to stop waiting.</param>
    /// <returns>A task that completes when the node is a primary.</returns>
    /// <exception cref="ArgumentException"><paramref name="address"/> is null, empty, or no node of the
    /// cluster.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="RedisException">The node cannot be reached, or refused.</exception>
    /// <exception cref="TimeoutException">The node is no primary after the time limit.</exception>
    public async Task PromoteAsync(string address, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        ClusterMember member = (await MembersAsync().ConfigureAwait(false)).FirstOrDefault(
            one => one.Address == address)
            ?? throw new ArgumentException($"'{address}' is no node of the cluster.", nameof(address));
        if (member.IsPrimary)
        {
            return;
        }

        await ExecuteAsync(address, "CLUSTER", "FAILOVER", "FORCE").ConfigureAwait(false);
        await WaitAsync(
            _timeout,
            async () => (await MembersOfAsync(address).ConfigureAwait(false)).Any(
                one => one.Address == address && one.IsPrimary),
            isAtWork: null,
            $"'{address}' is no primary",
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the connections.</summary>
    /// <returns>A task that completes when they are closed.</returns>
    public async ValueTask DisposeAsync()
    {
        foreach (ConnectionMultiplexer node in _nodes.Values)
        {
            await node.DisposeAsync().ConfigureAwait(false);
        }

        _nodes.Clear();
    }

    /// <summary>The settings of the first connections. Addresses without a port get the usual one: a member of the
    /// cluster is found by host and port.</summary>
    internal static ConfigurationOptions OptionsOf(string configuration, TimeSpan timeout)
    {
        ConfigurationOptions options = ConfigurationOptions.Parse(configuration);
        if (options.EndPoints.Count == 0)
        {
            throw new ArgumentException("The connection string names no server.", nameof(configuration));
        }

        options.SetDefaultPorts();
        options.AllowAdmin = true;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.IncludeDetailInExceptions = false;
        options.AbortOnConnectFail = true;
        options.AsyncTimeout = options.SyncTimeout = (int)Math.Min(timeout.TotalMilliseconds, int.MaxValue);
        return options;
    }

    private async Task<IReadOnlyList<(int First, int Last)>> RemainingAsync(SlotMove move)
    {
        IReadOnlyList<ClusterMember> members = await MembersAsync().ConfigureAwait(false);
        ClusterMember from = Find(members, move.From);
        ClusterMember to = Find(members, move.To);
        List<(int First, int Last)> remaining = [];
        for (int slot = move.First; slot <= move.Last; slot++)
        {
            if (Owns(to, slot))
            {
                continue;
            }

            if (!Owns(from, slot))
            {
                throw new ReshardException(
                    $"Slot {slot} is owned by neither '{move.From}' nor '{move.To}'; make a new plan.");
            }

            if (remaining.Count > 0 && remaining[^1].Last == slot - 1)
            {
                remaining[^1] = (remaining[^1].First, slot);
            }
            else
            {
                remaining.Add((slot, slot));
            }
        }

        return remaining;
    }

    private static bool Owns(ClusterMember member, int slot) =>
        member.Ranges.Any(range => slot >= range.First && slot <= range.Last);

    private static ClusterMember Find(IReadOnlyList<ClusterMember> members, string address) =>
        members.FirstOrDefault(member => member.Address == address && member.IsPrimary)
            ?? throw new ReshardException($"'{address}' is no primary of the cluster any more.");

    /// <summary>What the first node that answers says.</summary>
    private async Task<IReadOnlyList<ClusterMember>> MembersAsync()
    {
        string[] addresses = [.. _nodes.Keys.Concat(_options.EndPoints.Select(AddressOf)).Distinct()];
        for (int i = 0; ; i++)
        {
            try
            {
                return await MembersOfAsync(addresses[i]).ConfigureAwait(false);
            }
            catch (Exception exception) when (
                exception is RedisException or TimeoutException && i < addresses.Length - 1)
            {
                // The next one.
            }
        }
    }

    private async Task<IReadOnlyList<ClusterMember>> MembersOfAsync(string address)
    {
        try
        {
            RedisResult answer = await ExecuteAsync(address, "CLUSTER", "NODES").ConfigureAwait(false);
            return ClusterMember.Parse(TextOf(answer));
        }
        catch (RedisServerException exception) when (
            exception.Message.Contains("cluster support disabled", StringComparison.OrdinalIgnoreCase))
        {
            throw new ReshardException($"'{address}' is not in cluster mode.", exception);
        }
    }

    /// <summary>RESP3 puts the format in front of a verbatim string, and the client leaves it there.</summary>
    private static string TextOf(RedisResult answer)
    {
        const string Format = "txt:";
        string text = (string?)answer ?? "";
        return text.StartsWith(Format, StringComparison.Ordinal) ? text[Format.Length..] : text;
    }

    private async Task<bool> IsGarnetAsync(string address)
    {
        RedisResult info = await ExecuteAsync(address, "INFO", "server").ConfigureAwait(false);
        return TextOf(info).Contains("garnet", StringComparison.OrdinalIgnoreCase);
    }

    private async Task<RedisResult> ExecuteAsync(string address, string command, params object[] arguments)
    {
        IServer server = await ServerAsync(address).ConfigureAwait(false);
        return await server.ExecuteAsync(command, arguments).ConfigureAwait(false);
    }

    private async Task<IServer> ServerAsync(string address)
    {
        EndPoint endpoint = EndPointOf(address);
        if (!_nodes.TryGetValue(address, out ConnectionMultiplexer? connection))
        {
            ConfigurationOptions options = _options.Clone();
            options.EndPoints.Clear();
            options.EndPoints.Add(endpoint);
            connection = await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false);
            _nodes.Add(address, connection);
        }

        return connection.GetServer(endpoint);
    }

    private static string AddressOf(EndPoint endpoint) => endpoint switch
    {
        DnsEndPoint dns => $"{dns.Host}:{dns.Port}",
        _ => endpoint.ToString()!,
    };

    private static EndPoint EndPointOf(string address)
    {
        int colon = address.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(address.AsSpan(colon + 1), out ushort port))
        {
            throw new ReshardException($"'{address}' is no address of a host and a port.");
        }

        string host = address[..colon].Trim('[', ']');
        return IPAddress.TryParse(host, out IPAddress? ip) ? new IPEndPoint(ip, port) : new DnsEndPoint(host, port);
    }

    /// <summary>Waits until a condition holds. Work that another server does renews the time limit.</summary>
    internal static async Task WaitAsync(
        TimeSpan timeout,
        Func<Task<bool>> isDone,
        Func<Task<bool>>? isAtWork,
        string what,
        CancellationToken cancellationToken)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (!await isDone().ConfigureAwait(false))
        {
            if (isAtWork is not null && await isAtWork().ConfigureAwait(false))
            {
                deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
            }
            else if (Environment.TickCount64 > deadline)
            {
                throw new TimeoutException($"{what} after {timeout.TotalSeconds:0.#} s.");
            }

            await Task.Delay(Poll, cancellationToken).ConfigureAwait(false);
        }
    }
}
