namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Takes an immutable view of all entries as of one instant; the map goes on.</summary>
    /// <param name="settle">Whether to bring the map's shards to rest before returning. If not, the call takes only the
    /// time of an exchange of tables, later writes share the copying, and reads of the map look into two tables until
    /// they (or <see cref="ShardMapOptions.BackgroundMigration"/>, once a write has begun it) are through. A shard that
    /// nobody writes to gets its table back when the snapshot is disposed, and nothing was copied.</param>
    /// <returns>The snapshot; dispose it to give its memory back.</returns>
    /// <remarks>
    /// <para><b>Pause of writers.</b> All locks are held while one table reference a shard is exchanged; entries are
    /// copied later, a few groups at a time, in short holds of one shard's lock. (Only if writers keep starting growths
    /// eight times in a row as fast as this call finishes them, the last of those is finished under the locks.)</para>
    /// <para><b>Memory.</b> Tables of the map's size, and a short list of them. <b>Reads</b> of the map go on
    /// throughout.</para>
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The system refuses the memory; nothing has changed.</exception>
    public ShardMapSnapshot<TKey, TValue, THasher> Snapshot(bool settle = true) =>
        Settled(new ShardMapSnapshot<TKey, TValue, THasher>(this), settle);

    /// <summary>A snapshot that is read through once and disposed. It settles nothing first, because shards that nobody
    /// writes to meanwhile get their tables back; the others are brought to rest when it ends.</summary>
    internal ShardMapSnapshot<TKey, TValue, THasher> BriefSnapshot() => new(this, settlesAtEnd: true);

    /// <summary>Brings all shards to rest; those of a map that was disposed since are.</summary>
    internal void Settle()
    {
        try
        {
            _shards.FinishMigrations();
        }
        catch (ObjectDisposedException)
        {
            // A snapshot of the map stands all the same.
        }

        GC.KeepAlive(this);
    }

    private protected TSnapshot Settled<TSnapshot>(TSnapshot snapshot, bool settle)
        where TSnapshot : ShardMapSnapshot<TKey, TValue, THasher>
    {
        try
        {
            if (settle)
            {
                Settle();
            }
        }
        catch
        {
            snapshot.Dispose();
            throw;
        }

        return snapshot;
    }
}

public sealed partial class ShardMap<TKey, TValue>
{
    /// <inheritdoc cref="ShardMap{TKey, TValue, THasher}.Snapshot(bool)"/>
    public new ShardMapSnapshot<TKey, TValue> Snapshot(bool settle = true) =>
        Settled(new ShardMapSnapshot<TKey, TValue>(this), settle);
}
