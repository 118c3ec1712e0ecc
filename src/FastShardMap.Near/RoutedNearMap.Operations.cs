using FastShardMap.Near.Routed;

namespace FastShardMap.Near;

public sealed partial class RoutedNearMap<TKey, TValue>
{
    /// <inheritdoc cref="NearMap{TKey, TValue}.TryGetLocal(TKey, out TValue)"/>
    public bool TryGetLocal(TKey key, out TValue value)
    {
        NodeRoutes<TKey, TValue> routes = Routes;
        if (routes.OwnerOf(key, out int firstEpoch) is { } map
            && map.TryGetLocal(key, out value, firstEpoch)
            && IsCurrent(routes))
        {
            return true;
        }

        value = default;
        return false;
    }

    /// <inheritdoc cref="NearMap{TKey, TValue}.GetAsync"/>
    public ValueTask<NearResult<TValue>> GetAsync(
        TKey key, Freshness freshness = Freshness.Near, CancellationToken cancellationToken = default)
    {
        NodeRoutes<TKey, TValue> routes = Routes;
        NearMap<TKey, TValue>? map = routes.OwnerOf(key, out int firstEpoch);
        if (freshness == Freshness.Near && map is not null)
        {
            if (map.TryGetCopy(key, out NearResult<TValue> copy, firstEpoch) && IsCurrent(routes))
            {
                return new ValueTask<NearResult<TValue>>(copy);
            }

            if (MayKeep(routes))
            {
                return ThenDropAsync(routes, key, map.GetThroughAsync(key, freshness, cancellationToken));
            }
        }

        // Nothing is kept, also if a node has joined and is not connected yet.
        Freshness own = freshness == Freshness.Near ? Freshness.Engine : freshness;
        return ThenDropAsync(routes, key, (map ?? routes.Any).GetAsync(key, own, cancellationToken));
    }

    /// <inheritdoc cref="NearMap{TKey, TValue}.SetAsync"/>
    public ValueTask SetAsync(
        TKey key, TValue value, TimeSpan? expiry = null, CancellationToken cancellationToken = default) =>
        WriterOf(key).SetAsync(key, value, expiry, cancellationToken);

    /// <inheritdoc cref="NearMap{TKey, TValue}.TryUpdateAsync"/>
    public ValueTask<bool> TryUpdateAsync(
        TKey key, TValue value, NearVersion expected, CancellationToken cancellationToken = default) =>
        WriterOf(key).TryUpdateAsync(key, value, expected, cancellationToken);

    /// <inheritdoc cref="NearMap{TKey, TValue}.RemoveAsync"/>
    public ValueTask<bool> RemoveAsync(TKey key, CancellationToken cancellationToken = default) =>
        WriterOf(key).RemoveAsync(key, cancellationToken);

    /// <summary>Gets the values of many keys: near copies first, and the rest in one trip per server, or two if
    /// values expire. All servers are asked at the same time.</summary>
    /// <inheritdoc cref="NearMap{TKey, TValue}.GetManyAsync"/>
    /// <remarks>Each key is read as by <see cref="GetAsync"/>; the values are not of one instant. If a server fails,
    /// the call throws after all servers have answered or failed, and near copies that the others have filled stay.
    /// Does not allocate if near copies answer all keys.</remarks>
    public ValueTask<int> GetManyAsync(
        ReadOnlyMemory<TKey> keys,
        Memory<TValue> values,
        Memory<bool> found,
        CancellationToken cancellationToken = default)
    {
        NearMap<TKey, TValue>.CheckRoom(keys.Length, values.Length, found.Length);
        NodeRoutes<TKey, TValue> routes = Routes;
        Dictionary<NearMap<TKey, TValue>, List<int>>? missing = null;
        List<int>? unkept = null;
        bool? mayKeep = null;
        int count = 0;
        ReadOnlySpan<TKey> keySpan = keys.Span;
        for (int index = 0; index < keySpan.Length; index++)
        {
            NearMap<TKey, TValue>? map = routes.OwnerOf(keySpan[index], out int firstEpoch);
            if (map is not null
                && map.TryGetCopy(keySpan[index], out NearResult<TValue> copy, firstEpoch)
                && IsCurrent(routes))
            {
                values.Span[index] = copy.Value;
                found.Span[index] = copy.Found;
                count += copy.Found ? 1 : 0;
                continue;
            }

            if (map is null || !(mayKeep ??= MayKeep(routes)))
            {
                (unkept ??= []).Add(index);
                continue;
            }

            missing ??= [];
            if (!missing.TryGetValue(map, out List<int>? positions))
            {
                missing.Add(map, positions = []);
            }

            positions.Add(index);
        }

        return missing is null && unkept is null
            ? new ValueTask<int>(count)
            : new ValueTask<int>(GetMissingAsync(
                routes, keys, values, found, missing ?? [], unkept ?? [], count, cancellationToken));
    }

    private async Task<int> GetMissingAsync(
        NodeRoutes<TKey, TValue> routes,
        ReadOnlyMemory<TKey> keys,
        Memory<TValue> values,
        Memory<bool> found,
        Dictionary<NearMap<TKey, TValue>, List<int>> missing,
        List<int> unkept,
        int count,
        CancellationToken cancellationToken)
    {
        int[] counts = await Task.WhenAll(
            [
                .. missing.Select(node => node.Key.GetManyThroughAsync(
                    keys, values, found, node.Value, count: 0, cancellationToken)), // each to its own positions
                .. unkept.Select(async index =>
                {
                    NearResult<TValue> result = await (routes.OwnerOf(keys.Span[index], out _) ?? routes.Any)
                        .GetAsync(keys.Span[index], Freshness.Engine, cancellationToken).ConfigureAwait(false);
                    values.Span[index] = result.Value;
                    found.Span[index] = result.Found;
                    return result.Found ? 1 : 0;
                }),
            ]).ConfigureAwait(false);
        foreach (int index in missing.Values.SelectMany(positions => positions).Concat(unkept))
        {
            DropIfMoved(routes, keys.Span[index]);
        }

        return count + counts.Sum();
    }

    /// <summary>Whether a copy that was found by these routes may be served. A lease that has ended is granted again
    /// only after the new routes are stored, so a copy of a former owner is not taken for one within the
    /// lease.</summary>
    private bool IsCurrent(NodeRoutes<TKey, TValue> routes)
    {
        BeforeCheck?.Invoke();
        return Routes == routes;
    }

    /// <summary>Whether what is read may be kept in the near map of the owner by these routes. By an older table, a
    /// read may go to the former owner, and still be accepted there; the near map of the next owner does not learn of
    /// writes that take effect on the former one. The table of reads only becomes newer, so the question comes before
    /// the read.</summary>
    private bool MayKeep(NodeRoutes<TKey, TValue> routes) => _follower?.IsAheadOfReads(routes) != true;

    private NearMap<TKey, TValue> WriterOf(TKey key)
    {
        NodeRoutes<TKey, TValue> routes = Routes;
        return routes.OwnerOf(key, out _) ?? routes.Any;
    }

    /// <summary>Reads after this one must not go back behind it. The map that was asked takes care of its own copy; if
    /// the routes have changed meanwhile, another one may have an older copy.</summary>
    private ValueTask<NearResult<TValue>> ThenDropAsync(
        NodeRoutes<TKey, TValue> routes, TKey key, ValueTask<NearResult<TValue>> reading)
    {
        return _follower is null ? reading : WaitAsync();

        async ValueTask<NearResult<TValue>> WaitAsync()
        {
            NearResult<TValue> result = await reading.ConfigureAwait(false);
            DropIfMoved(routes, key);
            return result;
        }
    }

    private void DropIfMoved(NodeRoutes<TKey, TValue> routes, TKey key)
    {
        NodeRoutes<TKey, TValue> now = Routes;
        if (now != routes)
        {
            now.OwnerOf(key, out _)?.RemoveLocal(key);
        }
    }
}
