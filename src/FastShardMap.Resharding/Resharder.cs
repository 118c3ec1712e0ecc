using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding;

/// <summary>Plans, carries out and rolls back moves of slots between independent servers that are in use.</summary>
/// <remarks>
/// <para>The control server stores the state of every move. Each state change is one compare-and-set there, and every
/// step in between can be repeated. If a coordinator is killed, reads and writes go on, and any other coordinator
/// continues with <see cref="RunAsync"/>. Two coordinators at once disturb each other, but do not damage
/// anything.</para>
/// <para>Keys must be strings in the servers' sense (<c>SET</c>), and all programs that write them must use
/// <see cref="RoutedStore"/>.</para>
/// <para>Use one instance from one thread at a time. Every request has the time limit of
/// <see cref="ShardingOptions.OperationTimeout"/>.</para>
/// </remarks>
public sealed partial class Resharder : IAsyncDisposable
{
    private readonly ShardingOptions _options;
    private readonly NodeConnections _connections;
    private readonly RouteStore _routes;
    private readonly SlotOperations _operations;
    private readonly long _leaseMilliseconds;
    private readonly TimeSpan _timeout;

    private Resharder(ShardingOptions options)
    {
        _options = options;
        _connections = new NodeConnections(options);
        _routes = new RouteStore(_connections);
        _operations = new SlotOperations(_connections);
        _leaseMilliseconds = options.LeaseMilliseconds;
        _timeout = options.OperationTimeout;
    }

    /// <summary>Called between the steps of <see cref="RunAsync"/>; a test ends a coordinator there.</summary>
    internal Action<string>? Checkpoint { get; set; }

    /// <summary>Connects to the control server.</summary>
    /// <param name="options">How to reach the servers.</param>
    /// <returns>The coordinator.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="RedisException">The control server cannot be reached.</exception>
    public static async Task<Resharder> ConnectAsync(ShardingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Resharder resharder = new(options);
        try
        {
            await resharder._routes.ReadEpochAsync().ConfigureAwait(false);
            return resharder;
        }
        catch
        {
            await resharder.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stores a first table of slots.</summary>
    /// <param name="nodes">The servers, with distinct names.</param>
    /// <param name="seed">The seed of <see cref="SlotTable.SlotOf(ReadOnlySpan{byte}, ulong)"/>.</param>
    /// <param name="placement">Decides which server owns which slot; <see cref="LeastMovesPlacement"/> if
    /// null.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException"><paramref name="nodes"/> cannot be placed; see
    /// <see cref="SlotTable.Create"/>. Or one of the names gives no connection string.</exception>
    /// <exception cref="ReshardException">The control server holds a table already, or one of the servers does not
    /// answer.</exception>
    /// <exception cref="RedisException">The control server cannot be reached.</exception>
    public async Task<SlotTable> CreateAsync(
        IReadOnlyList<NodeWeight> nodes, ulong seed = 0, ISlotPlacement? placement = null)
    {
        // Later than all before: the control server may have been emptied. Programs may have an earlier table, and
        // servers the fences of its moves, which the first write to each slot raises.
        long epoch = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        SlotTable table = SlotTable.Create(nodes, placement, epoch);
        if (await _routes.ReadEpochAsync().ConfigureAwait(false) < 0)
        {
            await CheckServersAsync(table.Nodes.Select(node => node.Name), nameof(nodes)).ConfigureAwait(false);
        }

        return await _routes.TryWriteAsync(-1, RouteDocument.Of(table, seed, _leaseMilliseconds)).ConfigureAwait(false)
            ? table
            : throw new ReshardException("The control server holds a table of slots already.");
    }

    /// <summary>Plans a change of the servers, and stores nothing.</summary>
    /// <param name="to">The servers afterwards, with distinct names.</param>
    /// <param name="placement">Decides which server owns which slot; <see cref="LeastMovesPlacement"/> if
    /// null.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentException"><paramref name="to"/> cannot be placed; see
    /// <see cref="ReshardPlan.Create"/>.</exception>
    /// <exception cref="ReshardException">The control server holds no table.</exception>
    /// <exception cref="RedisException">The control server cannot be reached.</exception>
    public async Task<ReshardPlan> PlanAsync(IReadOnlyList<NodeWeight> to, ISlotPlacement? placement = null) =>
        ReshardPlan.Create((await _routes.ReadAsync().ConfigureAwait(false)).Table, to, placement);

    /// <summary>Stores the moves of a plan. <see cref="RunAsync"/> carries them out.</summary>
    /// <param name="plan">A plan of <see cref="PlanAsync"/>.</param>
    /// <returns>A task that completes when the moves are stored.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="plan"/> is null.</exception>
    /// <exception cref="ArgumentException">The name of a new server gives no connection string.</exception>
    /// <exception cref="ReshardException">The table has changed since the plan was made, moves of another plan are not
    /// complete, a table cannot hold the servers before and after the plan together, or a new server does not
    /// answer.</exception>
    /// <exception cref="RedisException">The control server cannot be reached.</exception>
    public async Task ScheduleAsync(ReshardPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        RouteMap map = await _routes.ReadAsync().ConfigureAwait(false);
        if (map.Document.Moves.Count > 0)
        {
            throw new ReshardException("Moves of another plan are not complete. Run them or roll them back first.");
        }

        if (map.Epoch != plan.From.Epoch)
        {
            throw new ReshardException(
                $"The plan was made for epoch {plan.From.Epoch}, but the table has epoch {map.Epoch}.");
        }

        if (!map.Table.ToRanges().SequenceEqual(plan.From.ToRanges())
            || !map.Table.Nodes.Select(node => node.Name).SequenceEqual(plan.From.Nodes.Select(node => node.Name)))
        {
            throw new ReshardException("The plan was made for another table: the owners of its slots differ.");
        }

        // Servers that leave stay in the list until they own nothing.
        NodeWeight[] nodes =
        [
            .. plan.From.Nodes.Select(node => plan.To.IndexOf(node.Name) is int i and >= 0 ? plan.To.Nodes[i] : node),
            .. plan.To.Nodes.Where(node => plan.From.IndexOf(node.Name) < 0),
        ];
        if (nodes.Length > SlotTable.MaxNodes)
        {
            throw new ReshardException(
                $"The plan has {nodes.Length} servers, with those that leave; a table holds {SlotTable.MaxNodes}.");
        }

        await CheckServersAsync(
            plan.To.Nodes.Select(node => node.Name).Where(name => plan.From.IndexOf(name) < 0), nameof(plan))
            .ConfigureAwait(false);
        await ChangeAsync(map, map.Document with
        {
            LeaseMilliseconds = Math.Max(_leaseMilliseconds, map.Document.LeaseMilliseconds ?? 0),
            Nodes = [.. nodes.Select(node => new RouteDocument.NodeEntry(node.Name, node.Weight))],
            Moves =
            [
                .. plan.Moves.Select(move => new RouteDocument.MoveEntry(
                    move.First, move.Last, move.From, move.To, MoveState.Planned, 0, 0, 0)),
            ],
        }).ConfigureAwait(false);
    }

    /// <summary>Reads the stored state.</summary>
    /// <returns>The state.</returns>
    /// <exception cref="ReshardException">The control server holds no table.</exception>
    /// <exception cref="RedisException">The control server cannot be reached.</exception>
    public async Task<ReshardStatus> GetStatusAsync()
    {
        RouteMap map = await _routes.ReadAsync().ConfigureAwait(false);
        return new ReshardStatus(
            map.Table,
            [
                .. map.Document.Moves.Select(move =>
                    (new SlotMove(move.First, move.Last, move.From, move.To), move.State)),
            ],
            map.Active.Select(move => move.Percent).DefaultIfEmpty().Max());
    }

    /// <summary>Rolls back: moves that have not begun are dropped, and those that have begun give their slots back to
    /// the old owners. Moves that are complete stay.</summary>
    /// <param name="options">How to work, or null for the defaults.</param>
    /// <param name="cancellationToken">A token to stop between two steps. Another call continues.</param>
    /// <returns>A task that completes when the old owners serve all slots that were moving.</returns>
    /// <remarks>If the coordinator is killed meanwhile, another call continues the roll-back, and so does
    /// <see cref="RunAsync"/>, which throws <see cref="ReshardException"/> after it.</remarks>
    /// <exception cref="ReshardException">The copies of the old owners are being deleted already, another coordinator
    /// is at work, two names of the table are those of one server, or no primary of a server is
    /// connected.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="RedisException">A server cannot be reached.</exception>
    public async Task RollBackAsync(ReshardOptions? options = null, CancellationToken cancellationToken = default)
    {
        RouteMap map = await _routes.ReadAsync().ConfigureAwait(false);
        long token = map.Epoch + 1;
        List<RouteDocument.MoveEntry> moves = [];
        foreach (RouteDocument.MoveEntry move in map.Active)
        {
            moves.Add(move.State switch
            {
                MoveState.Draining or MoveState.Cleaning when GoesBack(map, move) => move,
                MoveState.Cleaning => throw new ReshardException(
                    "The old owners' copies are being deleted, so this wave can only be completed. To move the slots "
                        + "back, complete it and make a new plan."),
                MoveState.RollingBack => move,

                // The new owner has taken over: the way back is the same handover in the other direction.
                MoveState.Draining => move with
                {
                    From = move.To, To = move.From, Previous = move.Token, Token = token,
                },
                _ => move with { State = MoveState.RollingBack, Token = token, Percent = 0 },
            });
        }

        await ChangeAsync(map, map.Document with { Moves = moves }).ConfigureAwait(false);
        await WorkAsync(options ?? new ReshardOptions(), null, isRollBack: true, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Closes the connections.</summary>
    /// <returns>A task that completes when they are closed.</returns>
    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    /// <summary>Asks each server for an answer. A name that is stored can no longer be corrected, only rolled
    /// back.</summary>
    private async Task CheckServersAsync(IEnumerable<string> names, string parameter)
    {
        string[] all = [.. names];
        foreach (string name in all)
        {
            try
            {
                _options.ConnectionOf(name);
            }
            #pragma warning disable CA1031 // the caller's function can throw anything
            catch (Exception exception)
            #pragma warning restore CA1031
            {
                throw new ArgumentException($"The name '{name}' gives no connection string.", parameter, exception);
            }
        }

        await Parallel.ForEachAsync(all, async (name, _) =>
        {
            try
            {
                IDatabase database = await _connections.DatabaseAsync(name).ConfigureAwait(false);
                await database.PingAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                throw new ReshardException(
                    $"The server '{name}' does not answer, so nothing was stored. {exception.Message}", exception);
            }
        }).ConfigureAwait(false);
    }

    /// <summary>Stores a document as the next epoch; returns it as it is stored.</summary>
    private async Task<RouteMap> ChangeAsync(RouteMap map, RouteDocument document)
    {
        RouteDocument next = document with { Epoch = map.Epoch + 1 };
        if (next.Moves.Count == 0)
        {
            next = WithoutIdleNodes(next);
        }

        // First the map, which is refused if the document is damaged.
        RouteMap changed = new(next);
        return await _routes.TryWriteAsync(map.Epoch, next).ConfigureAwait(false)
            ? changed
            : throw new ReshardException("Another coordinator has changed the table. See the status, and run again.");
    }

    private static RouteDocument WithoutIdleNodes(RouteDocument document)
    {
        int[] used = [.. document.Ranges.Select(range => range.Node).Distinct().Order()];
        return document with
        {
            Nodes = [.. used.Select(node => document.Nodes[node])],
            Ranges = [.. document.Ranges.Select(range => range with { Node = Array.IndexOf(used, range.Node) })],
        };
    }
}
