using System.Diagnostics;
using FastShardMap.Flights;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Sharding;

namespace FastShardMap;

/// <summary>A concurrent hash map from text or bytes, up to 32,766 bytes, to bytes of any length, up to 1 GiB, in
/// unmanaged memory. Readers copy values without a lock and never see a torn value, and neither keys nor values are
/// objects of the garbage collector.</summary>
/// <remarks>
/// <para><b>Keys</b> are those of <see cref="TextShardMap{TValue}"/>: ordinal text, which is stored as UTF-8, or any
/// bytes, up to 32,766 of them.</para>
/// <para><b>Values</b> have any bytes, up to 1,073,741,824 of them, and may be empty. An entry has one record, with the
/// bytes of the key, unless they fit into the slot, and those of the value. A write to a present key makes another
/// record, so a value never changes while a reader copies it.</para>
/// <para><b>Thread safety.</b> All members may be called concurrently from multiple threads, including
/// <see cref="Dispose"/>. Operations on one key are linearizable. Progress, callbacks, interruption and the lifetime of
/// the memory are those of <see cref="ShardMap{TKey, TValue, THasher}"/>. A write holds the lock of its shard while it
/// copies the value.</para>
/// <para><b>Allocation.</b> No operation allocates managed memory, unless its documentation says so.</para>
/// <para><b>Memory.</b> Records of up to 32,766 bytes are rounded up to a size class, and are used again by entries of
/// a similar length. A larger record is a block of its own, which returns to the operating system when it is released.
/// While a snapshot is alive, all records released since it was taken stay allocated.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed unsafe partial class BlobShardMap : IDisposable
{
    private readonly ShardMap<RecordKey, BlobRef, RecordKeyHasher> _map;
    private readonly HashSeed _seed;

    /// <summary>Creates an empty map that grows as needed.</summary>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public BlobShardMap()
        : this(new ShardMapOptions())
    {
    }

    /// <summary>Creates an empty map whose tables have room for <paramref name="capacity"/> entries.</summary>
    /// <param name="capacity">The number of entries, 0 or more. Memory for the bytes of keys and values is allocated as
    /// entries are added.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    /// <exception cref="OutOfMemoryException">The capacity exceeds what the machine, the process's control group or its
    /// address space allows, or the operating system refuses the memory.</exception>
    public BlobShardMap(long capacity)
        : this(ShardMapOptions.OfCapacity(capacity))
    {
    }

    /// <summary>Creates an empty map with the given options.</summary>
    /// <param name="options">The options, which are copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="OutOfMemoryException">The capacity exceeds what the machine, the process's control group or its
    /// address space allows, or the operating system refuses the memory.</exception>
    public BlobShardMap(ShardMapOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _map = new ShardMap<RecordKey, BlobRef, RecordKeyHasher>(options.Resolve() with { KeyForm = KeyForm.Text });
        _seed = _map.Shards.Seed;
        if (options.StartExclusive)
        {
            _map.EnterExclusive();
        }
    }

    private BlobShardMap(ShardMap<RecordKey, BlobRef, RecordKeyHasher> map)
    {
        _map = map;
        _seed = map.Shards.Seed;
    }

    /// <summary>The number of entries.</summary>
    /// <value>Exact while no thread writes; otherwise the sum of the counts of the shards, each read at its own
    /// moment.</value>
    /// <remarks>Takes no lock. Takes time proportional to the number of shards.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public long Count => _map.Count;

    /// <summary>The number of entries that the current tables can hold before the map grows.</summary>
    /// <remarks>Takes no lock.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public long Capacity => _map.Capacity;

    /// <summary>Whether the map has no entries; as exact as <see cref="Count"/>.</summary>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool IsEmpty => _map.IsEmpty;

    /// <summary>The name of the map (<see cref="ShardMapOptions.Name"/>), or null.</summary>
    public string? Name => _map.Name;

    /// <summary>The number of bytes of unmanaged memory that the map has allocated for tables, keys, values, locks and
    /// headers. 0 after <see cref="Dispose"/>, except for the few pages that stale readers may still use.</summary>
    public long BytesAllocated => _map.BytesAllocated;

    internal ShardMap<RecordKey, BlobRef, RecordKeyHasher> Inner => _map;

    /// <summary>Removes all entries at one instant.</summary>
    /// <remarks>The tables keep their sizes, but their physical memory is returned to the operating system, and so is
    /// the memory of keys and values. Waits for the locks of all shards. Allocates a short list.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    public void Clear() => _map.Clear();

    /// <summary>Makes room in the tables for a total number of entries, so that inserts up to this number start no
    /// growth.</summary>
    /// <param name="capacity">The total number of entries, 0 or more.</param>
    /// <remarks>Moves the existing entries in short holds of the lock of one shard at a time, while other threads
    /// continue.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The capacity exceeds what the machine, the process's control group or its
    /// address space allows, or the operating system refuses the memory. The entries are unchanged, but some shards may
    /// have grown.</exception>
    public void EnsureCapacity(long capacity) => _map.EnsureCapacity(capacity);

    /// <summary>Moves every shard to the smallest table that fits its entries, and their records to new segments if
    /// there is much free record memory. On return, the memory has been given back to the operating system.</summary>
    /// <remarks>Works in short holds of the lock of one shard at a time, while other threads continue. Records that are
    /// blocks of their own stay where they are.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory of a smaller table; the entries
    /// are unchanged.</exception>
    public void TrimExcess() => _map.TrimExcess();

    /// <summary>Gets statistics about the content and the past operations of the map.</summary>
    /// <returns>The statistics. The type describes how exact they are.</returns>
    /// <remarks>Takes no lock. Takes time proportional to the number of shards. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ShardMapStatistics GetStatistics() => _map.GetStatistics();

    /// <summary>Takes an immutable snapshot of all entries as of one instant. Other threads may write to the map
    /// afterwards.</summary>
    /// <param name="copyNow">Whether the call copies all entries to the map's new tables before it returns; see
    /// <see cref="ShardMap{TKey, TValue, THasher}.Snapshot(bool)"/>.</param>
    /// <returns>The snapshot. Dispose it to release its memory.</returns>
    /// <remarks>The map and the snapshot share the bytes of keys and values. While the snapshot is alive, the bytes of
    /// removed and replaced entries stay allocated.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory; nothing has changed.</exception>
    public BlobSnapshot Snapshot(bool copyNow = true) => new(_map.Snapshot(copyNow));

    /// <summary>Disposes the map and returns its memory to the operating system. Later calls, and calls that are
    /// waiting for a lock, throw <see cref="ObjectDisposedException"/>. Further calls of this method have no effect,
    /// even concurrent ones.</summary>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map, or the map is in an
    /// exclusive phase of another thread.</exception>
    public void Dispose()
    {
        _map.Dispose();
        FlightTables.Close(ref _flights, _map.Shards.Description);
        GC.KeepAlive(_map);
    }

    /// <summary>Returns the type, the number of entries, the capacity and the state of the map.</summary>
    /// <returns>For example, <c>BlobShardMap: 3 of 32 entries</c>.</returns>
    public override string ToString() => _map.ToString();
}
