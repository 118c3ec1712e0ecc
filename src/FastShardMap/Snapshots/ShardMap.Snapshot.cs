namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    /// <summary>Takes an immutable snapshot of all entries as of one instant. Other threads may write to the map
    /// afterwards.</summary>
    /// <param name="copyNow">
    /// Whether the call copies all entries to the map's new tables before it returns. If not, the call takes only as
    /// long as an exchange of tables. Later writes then share the copying, and reads of the map search two tables until
    /// the writes (or <see cref="ShardMapOptions.BackgroundMigration"/>, after a first write to the shard) have
    /// finished it. A shard that is not written to gets its table back when the snapshot is disposed, without any
    /// copying.
    /// </param>
    /// <returns>The snapshot. Dispose it to release its memory.</returns>
    /// <remarks>
    /// <para><b>Pause of writers.</b> All locks are held while one table reference per shard is exchanged. Entries are
    /// copied later, a few groups at a time, in short holds of one shard's lock. (Only if writers start growths eight
    /// times in a row as fast as this call finishes them, the last of these is finished under the locks.)</para>
    /// <para><b>Memory.</b> Tables of the size of the map, and a short list of them. <b>Reads</b> of the map continue
    /// throughout.</para>
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; nothing has changed.</exception>
    public ShardMapSnapshot<TKey, TValue, THasher> Snapshot(bool copyNow = true) =>
        Settled(new ShardMapSnapshot<TKey, TValue, THasher>(this), copyNow);

    /// <summary>Takes a snapshot that is read once and then disposed. It does not finish migrations first, because
    /// shards that are not written to in the meantime get their tables back. The end of the snapshot finishes the
    /// migrations of the others.</summary>
    internal ShardMapSnapshot<TKey, TValue, THasher> BriefSnapshot() => new(this, settlesAtEnd: true);

    /// <summary>Finishes the migrations of all shards. A map that has been disposed in the meantime has none.</summary>
    internal void Settle()
    {
        try
        {
            _shards.FinishMigrations();
        }
        catch (ObjectDisposedException)
        {
            // A snapshot of the map remains valid.
        }

        GC.KeepAlive(this);
    }

    /// <summary>Finishes the migrations of all shards as far as nothing prevents it, at the end of an operation that
    /// has succeeded. Writers finish the rest.</summary>
    internal void TrySettle()
    {
        try
        {
            Settle();
        }
        catch (Exception)
        {
            // Another thread holds the map exclusively, or the hasher has failed, as it will for the writers.
        }
    }

    private protected TSnapshot Settled<TSnapshot>(TSnapshot snapshot, bool copyNow)
        where TSnapshot : ShardMapSnapshot<TKey, TValue, THasher>
    {
        try
        {
            if (copyNow)
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
    public new ShardMapSnapshot<TKey, TValue> Snapshot(bool copyNow = true) =>
        Settled(new ShardMapSnapshot<TKey, TValue>(this), copyNow);
}
