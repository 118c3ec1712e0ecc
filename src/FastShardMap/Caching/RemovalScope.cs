namespace FastShardMap.Caching;

/// <summary>Collects the removals of one hold of a lock, if the cache gives notices. It is begun before the lock is
/// taken, and so ends after the lock was released; then it writes the notices to the channel.</summary>
internal readonly ref struct RemovalScope<TKey, TValue>(RemovalChannel<TKey, TValue>? channel)
{
    private readonly RemovalChannel<TKey, TValue>? _channel = channel;

    /// <summary>The batch; null if the cache gives no notices.</summary>
    public RemovalBatch<TKey, TValue>? Batch { get; } = channel?.Rent();

    public void Dispose()
    {
        if (Batch is not null)
        {
            _channel!.Publish(Batch);
        }
    }
}
