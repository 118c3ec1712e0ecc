using StackExchange.Redis;

namespace FastShardMap.Resharding;

/// <summary>The table of slots on the control server. It changes by compare-and-set of its epoch.</summary>
internal sealed class RouteStore(NodeConnections connections)
{
    public async Task<RouteMap?> TryReadAsync()
    {
        IDatabase database = (await connections.ControlAsync().ConfigureAwait(false)).GetDatabase();
        byte[]? json = await database.StringGetAsync(SlotKeys.Document).ConfigureAwait(false);
        return json is null ? null : new RouteMap(RouteDocument.Parse(json));
    }

    public async Task<RouteMap> ReadAsync() => await TryReadAsync().ConfigureAwait(false)
        ?? throw new ReshardException("The control server holds no table of slots. Create one first.");

    public async Task<long> ReadEpochAsync()
    {
        IDatabase database = (await connections.ControlAsync().ConfigureAwait(false)).GetDatabase();
        return (long?)await database.StringGetAsync(SlotKeys.Epoch).ConfigureAwait(false) ?? -1;
    }

    /// <summary>Stores a document if the epoch is still <paramref name="expected"/>; −1 means that there is
    /// none.</summary>
    public async Task<bool> TryWriteAsync(long expected, RouteDocument next)
    {
        IDatabase database = (await connections.ControlAsync().ConfigureAwait(false)).GetDatabase();
        ITransaction transaction = database.CreateTransaction();
        transaction.AddCondition(
            expected < 0 ? Condition.KeyNotExists(SlotKeys.Epoch) : Condition.StringEqual(SlotKeys.Epoch, expected));
        _ = transaction.StringSetAsync(SlotKeys.Document, next.ToJson());
        _ = transaction.StringSetAsync(SlotKeys.Epoch, next.Epoch);
        return await transaction.ExecuteAsync().ConfigureAwait(false);
    }
}
