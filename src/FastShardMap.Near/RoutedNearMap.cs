using System.Globalization;
using System.IO.Hashing;
using System.Text;
using FastShardMap.Near.Routed;
using FastShardMap.Resharding;
using FastShardMap.Routing;

namespace FastShardMap.Near;

/// <summary>A near map over several independent servers: a table of slots says which server has a key.</summary>
/// <typeparam name="TKey">The type of keys. Equal keys must have equal bytes, because they decide the slot.</typeparam>
/// <typeparam name="TValue">The type of values.</typeparam>
/// <remarks>
/// <para>Each server has a <see cref="NearMap{TKey, TValue}"/> of its own, with its own connection, lease, epoch and
/// near copies. If a server fails, only its keys are affected: their reads go through and fail, and all other keys stay
/// near. Each operation has the guarantees of the near map of its key.</para>
/// <para>The table is either given by the program or stored on a control server. All programs that use a prefix must
/// use the same one, or they would look for a key at different servers.</para>
/// <para>A given table does not change. The first program writes a fingerprint of table and seed to every server, and
/// <see cref="ConnectAsync(SlotTable, Func{string, NearMapOptions}, ulong, CancellationToken)"/> throws if that of this
/// map is another. To change the table, stop the programs, move the keys, and delete the key <c>{prefix}table</c> on
/// every server.</para>
/// <para>A stored table may change while the map is in use: <see cref="Resharder"/> moves slots, and the map follows
/// them. A near copy is served only while the table that this process knows is not older than
/// <see cref="NearMapOptions.MaxStaleness"/> either. All programs must then write with such a map or, if all servers
/// report changes themselves, with <see cref="RoutedStore"/>.</para>
/// <para>Servers in cluster mode route keys themselves: use one <see cref="NearMap{TKey, TValue}"/> for them. All
/// members are thread-safe.</para>
/// </remarks>
public sealed partial class RoutedNearMap<TKey, TValue> : IAsyncDisposable
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private readonly string _prefix;
    private readonly TableFollower<TKey, TValue>? _follower; // null if the table does not change
    private readonly NodeRoutes<TKey, TValue> _given;

    private RoutedNearMap(SlotTable table, ulong seed, string prefix, NearMap<TKey, TValue>[] maps)
    {
        _prefix = prefix;
        _given = NodeRoutes<TKey, TValue>.OfTable(table, seed, maps);
    }

    private RoutedNearMap(TableFollower<TKey, TValue> follower)
    {
        _prefix = follower.Prefix;
        _follower = follower;
        _given = follower.Routes;
    }

    /// <summary>Gets the table of slots.</summary>
    /// <value>While slots move, the latest table that this process knows. It has the old owner of a slot until its move
    /// is complete.</value>
    public SlotTable Table => Routes.Table;

    /// <summary>Gets whether the near maps of all servers serve near copies.</summary>
    /// <value><see cref="NearState.Suspended"/> if one does not. <see cref="StateOfNode"/> shows which.</value>
    public NearState State => Array.TrueForAll(Routes.Maps, map => map?.State == NearState.Live)
        ? NearState.Live
        : NearState.Suspended;

    /// <summary>Runs between the reading of a copy and the look at the routes; tests change them.</summary>
    internal Action? BeforeCheck { get; set; }

    /// <summary>Reads and writes at the servers, if the table comes from a control server.</summary>
    internal RoutedStore? Store => _follower?.Store;

    private NodeRoutes<TKey, TValue> Routes => _follower is null ? _given : _follower.Routes;

    /// <summary>Connects to all servers of a table, and waits until their near maps are live.</summary>
    /// <param name="table">Which server has which slots.</param>
    /// <param name="options">Returns the settings of the near map for the name of a node. The prefix must be the same
    /// for all nodes. <see cref="NearMapOptions.MaxBytes"/> limits the near copies of one node.</param>
    /// <param name="seed">The seed of the hash that decides the slot of a key.</param>
    /// <param name="cancellationToken">A token to cancel the connecting.</param>
    /// <returns>The map. Dispose it to close the connections and release the memory.</returns>
    /// <exception cref="ArgumentNullException">An argument is null, or <paramref name="options"/> returned
    /// null.</exception>
    /// <exception cref="ArgumentException"><paramref name="options"/> returned different prefixes.</exception>
    /// <exception cref="NotSupportedException">As for <see cref="NearMap{TKey, TValue}.ConnectAsync"/>.</exception>
    /// <exception cref="InvalidOperationException">Other maps of the prefix use another table or seed, or another
    /// source of invalidations.</exception>
    /// <exception cref="TimeoutException">A server did not answer within
    /// <see cref="NearMapOptions.ConnectTimeout"/>.</exception>
    /// <exception cref="StackExchange.Redis.RedisException">A server cannot be reached or refuses the password or a
    /// command. No message contains the password.</exception>
    /// <exception cref="OutOfMemoryException">The memory for near copies cannot be allocated.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static async Task<RoutedNearMap<TKey, TValue>> ConnectAsync(
        SlotTable table,
        Func<string, NearMapOptions> options,
        ulong seed = 0,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        NearMapOptions[] settings = [.. table.Nodes.Select(node => OptionsOf(options, node.Name))];
        if (Array.Exists(settings, one => one.Prefix != settings[0].Prefix))
        {
            throw new ArgumentException("The prefix is not the same for all nodes.", nameof(options));
        }

        Task<NearMap<TKey, TValue>>[] connecting =
            [.. settings.Select(one => NearMap<TKey, TValue>.ConnectAsync(one, cancellationToken))];
        try
        {
            NearMap<TKey, TValue>[] maps = await Task.WhenAll(connecting).ConfigureAwait(false);
            string fingerprint = FingerprintOf(table, seed);
            await Task.WhenAll(maps.Select(map => map.AgreeOnTableAsync(fingerprint))).ConfigureAwait(false);
            return new RoutedNearMap<TKey, TValue>(table, seed, settings[0].Prefix, maps);
        }
        catch
        {
            foreach (Task<NearMap<TKey, TValue>> one in connecting.Where(one => one.IsCompletedSuccessfully))
            {
                // What the caller learns is why the map has not connected, also if closing fails.
                NearMap<TKey, TValue> map = await one.ConfigureAwait(false);
                await map.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            throw;
        }
    }

    /// <summary>Connects to the servers of the table that a control server stores, and follows the moves of slots.
    /// </summary>
    /// <param name="sharding">How to reach the control server and, for reads and writes, the others.</param>
    /// <param name="options">Returns the settings of the near map for the name of a node, also of one that joins later.
    /// Prefix and source of invalidations must be the same for all nodes.
    /// <see cref="NearMapOptions.MaxBytes"/> limits the near copies of one node.</param>
    /// <param name="cancellationToken">A token to cancel the connecting.</param>
    /// <returns>The map. Dispose it to close the connections and release the memory.</returns>
    /// <remarks>A write takes the round trips of <see cref="RoutedStore"/>. Reads of a node that has just joined go
    /// through until its near map is connected.</remarks>
    /// <exception cref="ArgumentNullException">An argument is null, or <paramref name="options"/> returned
    /// null.</exception>
    /// <exception cref="ArgumentException"><paramref name="options"/> returned different prefixes or sources, or a
    /// prefix that starts with <c>fsm:</c>.</exception>
    /// <exception cref="ReshardException">The control server holds no table, or a damaged one.</exception>
    /// <exception cref="NotSupportedException">As for <see cref="NearMap{TKey, TValue}.ConnectAsync"/>.</exception>
    /// <exception cref="InvalidOperationException">Other maps of the prefix use another source of
    /// invalidations.</exception>
    /// <exception cref="TimeoutException">A server did not answer within
    /// <see cref="NearMapOptions.ConnectTimeout"/>.</exception>
    /// <exception cref="StackExchange.Redis.RedisException">A server cannot be reached or refuses the password or a
    /// command. No message contains the password.</exception>
    /// <exception cref="OutOfMemoryException">The memory for near copies cannot be allocated.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static async Task<RoutedNearMap<TKey, TValue>> ConnectAsync(
        ShardingOptions sharding,
        Func<string, NearMapOptions> options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sharding);
        ArgumentNullException.ThrowIfNull(options);
        return new RoutedNearMap<TKey, TValue>(await TableFollower<TKey, TValue>
            .StartAsync(sharding, node => OptionsOf(options, node), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Gets the near map of a server.</summary>
    /// <param name="node">The name of the node in the table.</param>
    /// <returns>The near map, for its state, its statistics, or operations on its keys. It is disposed with this
    /// map.</returns>
    /// <exception cref="ArgumentException">The table has no node of this name.</exception>
    /// <exception cref="InvalidOperationException">The table comes from a control server, so slots may move: only this
    /// map knows which copies are valid.</exception>
    public NearMap<TKey, TValue> MapOfNode(string node)
    {
        ThrowIfSlotsMove();
        return FindMap(node)!;
    }

    /// <summary>Gets whether the near map of a server serves near copies.</summary>
    /// <param name="node">The name of the node in the table.</param>
    /// <returns><see cref="NearState.Suspended"/> also for a node that has joined and is not connected yet.</returns>
    /// <exception cref="ArgumentException">The table has no node of this name.</exception>
    public NearState StateOfNode(string node) => FindMap(node)?.State ?? NearState.Suspended;

    /// <summary>Gets what the near map of a server has done so far.</summary>
    /// <param name="node">The name of the node in the table.</param>
    /// <returns>The counts; all zero for a node that has joined and is not connected yet.</returns>
    /// <exception cref="ArgumentException">The table has no node of this name.</exception>
    public NearStatistics StatisticsOfNode(string node) => FindMap(node)?.GetStatistics() ?? default(NearStatistics);

    /// <summary>Gets the near map of the server that has a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The near map. It is disposed with this map.</returns>
    /// <remarks>Does not allocate.</remarks>
    /// <exception cref="InvalidOperationException">As for <see cref="MapOfNode"/>.</exception>
    public NearMap<TKey, TValue> MapOf(TKey key)
    {
        ThrowIfSlotsMove();
        return _given.OwnerOf(key, out _)!;
    }

    /// <summary>Closes the connections and releases the memory. What the servers hold stays there.</summary>
    /// <returns>A task that completes when the connections are closed: those of all servers at the same time, as by
    /// <see cref="NearMap{TKey, TValue}.DisposeAsync"/>. With the table of a control server, those of
    /// <see cref="RoutedStore"/> follow.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_follower is not null)
        {
            await _follower.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            await Task.WhenAll(_given.Maps.Select(map => map!.DisposeAsync().AsTask())).ConfigureAwait(false);
        }
    }

    /// <summary>Returns the prefix, the number of servers, and the names of those that are suspended.</summary>
    /// <returns>A text for logs, without passwords.</returns>
    public override string ToString()
    {
        NodeRoutes<TKey, TValue> routes = Routes;
        string[] suspended =
        [
            .. routes.Table.Nodes.Where((_, index) => routes.Maps[index]?.State != NearState.Live)
                .Select(node => node.Name),
        ];
        return $"RoutedNearMap {_prefix}, {routes.Maps.Length} nodes, suspended: "
            + (suspended.Length == 0 ? "none" : string.Join(", ", suspended));
    }

    private static NearMapOptions OptionsOf(Func<string, NearMapOptions> options, string node)
    {
        NearMapOptions own = options(node)?.Copy()
            ?? throw new ArgumentNullException(nameof(options), $"There are no settings for the node '{node}'.");
        own.Name = $"{own.Name ?? own.Prefix}@{node}"; // one measurement per node in the metrics
        return own;
    }

    private NearMap<TKey, TValue>? FindMap(string node)
    {
        NodeRoutes<TKey, TValue> routes = Routes;
        return routes.Table.IndexOf(node) is int index and >= 0
            ? routes.Maps[index]
            : throw new ArgumentException($"The table has no node '{node}'.", nameof(node));
    }

    private void ThrowIfSlotsMove()
    {
        if (_follower is not null)
        {
            throw new InvalidOperationException(
                "The table of slots comes from a control server, so slots may move between the near maps of the nodes. "
                + "Use the operations of the routed near map.");
        }
    }

    private static string FingerprintOf(SlotTable table, ulong seed)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{seed}\n");
        foreach (SlotRange range in table.ToRanges())
        {
            text.Append(
                CultureInfo.InvariantCulture, $"{range.First}-{range.Last} {table.Nodes[range.Node].Name}\n");
        }

        return Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
