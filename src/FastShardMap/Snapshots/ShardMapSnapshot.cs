using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Sharding;
using FastShardMap.Snapshots;

namespace FastShardMap;

/// <summary>A snapshot of all entries of a map as of one instant, with the default hasher of the key type.
/// <see cref="ShardMapSnapshot{TKey, TValue, THasher}"/> describes all members.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public sealed class ShardMapSnapshot<TKey, TValue> : ShardMapSnapshot<TKey, TValue, DefaultHasher<TKey>>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    internal ShardMapSnapshot(ShardMap<TKey, TValue, DefaultHasher<TKey>> map)
        : base(map)
    {
    }
}

/// <summary>A snapshot of all entries of a map as of one instant. It is immutable, is read without locks, and uses the
/// map's own unmanaged memory.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <typeparam name="THasher">The type of the map's hasher.</typeparam>
/// <remarks>
/// <para><b>Guarantee.</b> The snapshot shows the entries of the whole map at one instant during the call that took it.
/// Nothing that happens to the map later changes the snapshot: neither writes nor growth nor <c>Clear</c> nor
/// <c>Dispose</c>.</para>
/// <para><b>Implementation.</b> The tables of the map become those of the snapshot, and the map continues with new
/// tables (copy on write, one group of slots at a time, by the same mechanism that grows tables). Nothing is therefore
/// copied under a lock.</para>
/// <para><b>Thread safety.</b> All members may be called concurrently from multiple threads, including
/// <see cref="Dispose"/>. Reads are wait-free. <b>Allocation:</b> none, except for 8 bytes per shard when the snapshot
/// is taken.</para>
/// <para>
/// <b>Memory.</b> The snapshot keeps tables of the size of the map until <see cref="Dispose"/>. Then their memory
/// returns to the operating system, or to shards that have not been written to since. The map includes this memory in
/// its own figures. A snapshot keeps its map reachable. The finalizer releases a forgotten snapshot after a garbage
/// collection. The library requests a collection when undisposed snapshots have outgrown a budget: 128 MiB, or as much
/// as survived the last such collection.
/// </para>
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public partial class ShardMapSnapshot<TKey, TValue, THasher> : IDisposable, IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    private readonly ShardMap<TKey, TValue, THasher> _map;
    private readonly TableRef[] _tables;
    private readonly SnapshotState _state;
    private readonly unsafe RecordEpoch* _epochs;
    private readonly long _count;
    private readonly long _bytes;
    private readonly bool _settlesAtEnd;
    private bool _isForgotten;

    internal unsafe ShardMapSnapshot(ShardMap<TKey, TValue, THasher> map, bool settlesAtEnd = false)
    {
        _map = map;
        _state = new SnapshotState(this);
        _settlesAtEnd = settlesAtEnd;
        _tables = [];
        ForgottenMemory.BeforeNew();
        TableRef[] tables = new TableRef[map.Shards.ShardCount];
        RecordEpoch* epochs = map.Shards.AllocateEpochs();
        try
        {
            _count = map.Shards.Freeze(tables, epochs);
        }
        catch
        {
            map.Shards.RetireEpochs(epochs);
            throw;
        }

        _epochs = epochs;
        _bytes = map.Shards.BytesOf(tables);
        ForgottenMemory.AddSnapshot(_bytes);
        _tables = tables;
    }

    /// <summary>Releases the tables if the caller forgot to dispose the snapshot.</summary>
    ~ShardMapSnapshot()
    {
        // No exception may leave a finalizer, and it must not wait for a writer.
        try
        {
            if (_state is not null)
            {
                _isForgotten |= _state.TryDispose();
                if (TryRelease(wait: false))
                {
                    ForgottenMemory.RemoveSnapshot(_bytes);
                    ForgottenMemory.Finalized(
                        _isForgotten ? GetType() : null, _map.Shards.Name, _bytes, isSnapshot: true);
                }
                else
                {
                    GC.ReRegisterForFinalize(this);
                }
            }
        }
        catch (Exception)
        {
            Debug.Fail("A snapshot's finalizer failed.");
        }
    }

    /// <summary>The number of entries.</summary>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    public long Count
    {
        get
        {
            ThrowIfDisposed();
            return _count;
        }
    }

    /// <summary>Whether the snapshot has no entries.</summary>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    public bool IsEmpty => Count == 0;

    internal ShardMap<TKey, TValue, THasher> Map => _map;

    internal ReadOnlySpan<TableRef> Tables => _tables;

    internal SnapshotState State => _state;

    private string DebuggerText => _state.IsDisposed
        ? "disposed"
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_count} entries");

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <value>The value.</value>
    /// <remarks>Wait-free. Allocates nothing.</remarks>
    /// <exception cref="KeyNotFoundException">The key is absent.</exception>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    public TValue this[TKey key] => TryGetValue(key, out TValue value)
        ? value
        : throw MapErrors.KeyNotFound(key, _map.Name, "snapshot of the map");

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; default if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Wait-free. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    public bool TryGetValue(TKey key, out TValue value)
    {
        ulong hash = _map.Shards.Hash(key);
        if (FrozenTable<TKey, TValue>.TryFindHome(_state, _tables[_map.Shards.ShardOf(hash)], hash, key, out value))
        {
            GC.KeepAlive(this);
            return true;
        }

        return TryGetValue(key, hash, out value);
    }

    /// <summary>Determines whether a key is present.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key is present.</returns>
    /// <remarks>Wait-free. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The snapshot is disposed.</exception>
    public bool ContainsKey(TKey key) => TryGetValue(key, out _);

    /// <summary>Releases the memory of the snapshot. Later calls of other members throw
    /// <see cref="ObjectDisposedException"/>; further calls of this method have no effect.</summary>
    /// <remarks>Takes the map's locks one at a time, and holds each of them briefly.</remarks>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    public void Dispose()
    {
        _map.Shards.ThrowIfInCallback();
        if (_state.TryDispose())
        {
            using InterruptDeferral deferral = InterruptDeferral.Begin();
            TryRelease(wait: true);
            GC.SuppressFinalize(this);
            for (int shard = 0; shard < _tables.Length; shard++)
            {
                _map.Shards.DrainRecords(shard);
            }

            ForgottenMemory.RemoveSnapshot(_bytes);
            if (_settlesAtEnd)
            {
                _map.TrySettle();
            }
        }

        GC.KeepAlive(this);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryGetValue(TKey key, ulong hash, out TValue value)
    {
        bool found = FrozenTable<TKey, TValue>.TryFind(
            _state, _tables[_map.Shards.ShardOf(hash)], hash, key, out value);
        ThrowIfDisposed();
        GC.KeepAlive(this);
        return found;
    }

    private unsafe bool TryRelease(bool wait)
    {
        bool all = true;
        for (int shard = 0; shard < _tables.Length; shard++)
        {
            if (_tables[shard].IsNone)
            {
                continue;
            }

            if (_map.Shards.TryThaw(shard, _tables[shard], _epochs + shard, wait))
            {
                _tables[shard] = TableRef.None;
            }
            else
            {
                all = false;
            }
        }

        if (all)
        {
            _map.Shards.RetireEpochs(_epochs);
        }

        return all;
    }

    private void ThrowIfDisposed()
    {
        if (_state.IsDisposed)
        {
            ThrowDisposed();
        }
    }

    private void ThrowDisposed() =>
        throw new ObjectDisposedException($"Snapshot of {_map.Shards.Description}");
}
