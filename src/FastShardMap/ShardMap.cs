using System.Diagnostics;
using FastShardMap.Layout;
using FastShardMap.Sharding;

namespace FastShardMap;

/// <summary>
/// A concurrent hash map in unmanaged memory, with the default hasher of its key type.
/// <see cref="ShardMap{TKey, TValue, THasher}"/> describes all members.
/// </summary>
/// <typeparam name="TKey">The type of the keys: any unmanaged type that implements <see cref="IEquatable{T}"/> of
/// itself. Enumerations do not (error CS0315); use <c>EnumKey&lt;DayOfWeek&gt;</c> instead, see
/// <see cref="EnumKey{TEnum}"/>.</typeparam>
/// <typeparam name="TValue">The type of the values: any unmanaged type. A key and a value have at most 8,192 bytes
/// together.</typeparam>
public sealed partial class ShardMap<TKey, TValue> : ShardMap<TKey, TValue, DefaultHasher<TKey>>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    /// <summary>Creates an empty map that grows as needed.</summary>
    /// <exception cref="NotSupportedException">A key and a value have more than 8,192 bytes together.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public ShardMap()
    {
    }

    /// <summary>Creates an empty map with room for <paramref name="capacity"/> entries.</summary>
    /// <param name="capacity">The number of entries that the map can hold before it grows, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    /// <exception cref="NotSupportedException">A key and a value have more than 8,192 bytes together.</exception>
    /// <exception cref="OutOfMemoryException">The capacity exceeds what the machine, the process's control group or its
    /// address space allows, or the operating system refuses the memory. A limit of the managed heap does not
    /// apply.</exception>
    public ShardMap(long capacity)
        : base(capacity)
    {
    }

    /// <summary>Creates an empty map with the given options.</summary>
    /// <param name="options">The options, which are copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="NotSupportedException">A key and a value have more than 8,192 bytes together.</exception>
    /// <exception cref="OutOfMemoryException">The capacity exceeds what the machine, the process's control group or its
    /// address space allows, or the operating system refuses the memory. A limit of the managed heap does not
    /// apply.</exception>
    public ShardMap(ShardMapOptions options)
        : base(options)
    {
    }
}

/// <summary>
/// A concurrent hash map in unmanaged memory. Readers take no lock and never see a torn value, growth is spread over
/// the writes, and entries are not objects of the garbage collector.
/// </summary>
/// <typeparam name="TKey">The type of the keys: any unmanaged type that implements <see cref="IEquatable{T}"/> of
/// itself. Enumerations do not (error CS0315); use <c>EnumKey&lt;DayOfWeek&gt;</c> instead, see
/// <see cref="EnumKey{TEnum}"/>.</typeparam>
/// <typeparam name="TValue">The type of the values: any unmanaged type. A key and a value have at most 8,192 bytes
/// together.</typeparam>
/// <typeparam name="THasher">The type of the hasher: a struct, so that its calls are inlined.</typeparam>
/// <remarks>
/// <para><b>Thread safety.</b> All members may be called concurrently from multiple threads, including
/// <see cref="Dispose"/>. Operations on one key are linearizable. Members that access many keys document their
/// guarantees.</para>
/// <para><b>Progress.</b> Reads do not write to shared memory, unless writers disturb them. Reads are lock-free unless
/// writers interfere with 32 attempts in a row; then they wait for the shard's lock. Writes take the lock of the key's
/// shard, except that replacing the value of a present key without a callback rarely does: such a write excludes other
/// writers and readers only from the group of the key.</para>
/// <para><b>Allocation.</b> No operation allocates managed memory per call or per entry, unless its documentation says
/// so.</para>
/// <para><b>Callbacks</b> run once, under the shard's lock, on copies. If a callback throws, the entry is unchanged. A
/// callback may read this map and use other maps. A call that writes to this map or enumerates it throws
/// <see cref="InvalidOperationException"/>. Keep callbacks short, because other writers of the shard wait for them. A
/// callback or value factory must not wait for a task or thread that writes to this map: if that write needs the same
/// shard, neither ever ends, and this cannot be detected. The forms with a timeout (<c>TryAdd</c>, <c>TrySet</c>,
/// <c>TryUpdate</c>, <c>TryRemove</c>) give up instead.</para>
/// <para><b>Exclusive phases.</b> While a thread holds the map exclusively (<see cref="EnterExclusive"/>), reads and
/// writes of other threads through the map throw <see cref="InvalidOperationException"/>. The holder may read through
/// the map. For all else it uses the object that <see cref="EnterExclusive"/> returned, because its writes and
/// enumerations through the map throw as well. Any thread may read <see cref="Count"/> and the other figures.</para>
/// <para><b>Interruption.</b> A call that throws <see cref="ThreadInterruptedException"/> was waiting for a shard's
/// lock, and has had no effect. Writes of a range of keys are the exception: those before the interrupted one have
/// happened.</para>
/// <para><b>Memory</b> is released by <see cref="Dispose"/>. The address range, and the memory of a map that was never
/// disposed, are released by finalization. The garbage collector does not see this memory, so many forgotten maps make
/// the library request a collection; the metric <c>fastshardmap.undisposed.memory</c> counts their memory. Child
/// processes created by <c>fork</c> without <c>exec</c> are not supported.</para>
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
[DebuggerTypeProxy(typeof(Diagnostics.ShardMapDebugView<,,>))]
public partial class ShardMap<TKey, TValue, THasher>
    : IDisposable, IEnumerable<KeyValuePair<TKey, TValue>>, IMigratingMap, IObservedMap
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    /// <summary>Number of groups per shard that an observation of probe lengths reads; it takes a millisecond for 256
    /// shards.</summary>
    private const int SampledGroups = 16;

    private ShardSet<TKey, TValue, THasher> _shards;

    /// <summary>Creates an empty map that grows as needed.</summary>
    /// <exception cref="NotSupportedException">A key and a value have more than 8,192 bytes together.</exception>
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public ShardMap()
        : this(new ShardMapOptions())
    {
    }

    /// <summary>Creates an empty map with room for <paramref name="capacity"/> entries.</summary>
    /// <param name="capacity">The number of entries that the map can hold before it grows, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    /// <exception cref="NotSupportedException">A key and a value have more than 8,192 bytes together.</exception>
    /// <exception cref="OutOfMemoryException">The capacity exceeds what the machine, the process's control group or its
    /// address space allows, or the operating system refuses the memory. A limit of the managed heap does not
    /// apply.</exception>
    public ShardMap(long capacity)
        : this(ShardMapOptions.OfCapacity(capacity))
    {
    }

    /// <summary>Creates an empty map with the given options.</summary>
    /// <param name="options">The options, which are copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="NotSupportedException">A key and a value have more than 8,192 bytes together.</exception>
    /// <exception cref="OutOfMemoryException">The capacity exceeds what the machine, the process's control group or its
    /// address space allows, or the operating system refuses the memory. A limit of the managed heap does not
    /// apply.</exception>
    public ShardMap(ShardMapOptions options)
        : this(Resolved(options))
    {
        if (options.StartExclusive)
        {
            EnterExclusive();
        }
    }

    // Every constructor calls this one.
    internal ShardMap(ShardSetOptions options)
    {
        // NeedsNoKeepAlive: the last step makes the registry refer to the map.
        _shards = new ShardSet<TKey, TValue, THasher>(options, owner: this);
        try
        {
            Diagnostics.MapRegistry.Add(this);
        }
        catch
        {
            _shards.Dispose();
            throw;
        }
    }

    /// <summary>The number of entries.</summary>
    /// <value>Exact while no thread writes; otherwise the sum of the counts of the shards, each read at its own
    /// moment.</value>
    /// <remarks>Takes no lock. Takes time proportional to the number of shards.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public long Count
    {
        get
        {
            long count = _shards.Count;
            // after the sum, because the sum over a map that is being disposed is meaningless
            _shards.ThrowIfDisposed();
            GC.KeepAlive(this);
            return count;
        }
    }

    /// <summary>The number of entries that the current tables can hold before the map grows.</summary>
    /// <remarks>Takes no lock. Entries are distributed over shards by their hashes, so one shard may grow a little
    /// earlier.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public long Capacity
    {
        get
        {
            long capacity = _shards.Capacity;
            // after the sum, because the sum over a map that is being disposed is meaningless
            _shards.ThrowIfDisposed();
            GC.KeepAlive(this);
            return capacity;
        }
    }

    /// <summary>Whether the map has no entries; as exact as <see cref="Count"/>.</summary>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool IsEmpty => Count == 0;

    /// <summary>The number of bytes of unmanaged memory that the map has allocated for tables, locks and headers. 0
    /// after <see cref="Dispose"/>, except for the few pages that stale readers may still use.</summary>
    /// <remarks>This is the allocated memory and not the resident memory: pages of a new table take physical memory
    /// when they are first touched.</remarks>
    public long BytesAllocated => _shards.Arena.LiveBytes;

    /// <summary>The name of the map, from <see cref="ShardMapOptions.Name"/>; null if it has none.</summary>
    /// <remarks>Also available after <see cref="Dispose"/>. Takes no lock.</remarks>
    public string? Name => _shards.Name;

    internal ref ShardSet<TKey, TValue, THasher> Shards => ref _shards;

    /// <inheritdoc/>
    unsafe nuint IObservedMap.Address => (nuint)_shards.Header;

    /// <inheritdoc/>
    string? IObservedMap.Name => Name;

    /// <inheritdoc/>
    bool IObservedMap.IsDisposed => _shards.IsDisposed;

    /// <inheritdoc/>
    (Type Key, Type Value, Type Hasher) IObservedMap.Types => (KeyType, typeof(TValue), typeof(THasher));

    // What callers see as keys.
    private Type KeyType => _shards.KeyForm switch
    {
        KeyForm.Text => typeof(string),
        KeyForm.Bytes => typeof(byte[]),
        _ => typeof(TKey),
    };

    private string DebuggerText => ToString();

    /// <summary>Disposes the map and returns its memory to the operating system. Later calls, and calls that are
    /// waiting for a lock, throw <see cref="ObjectDisposedException"/>. Further calls of this method have no effect,
    /// even concurrent ones.</summary>
    /// <remarks>Ends an exclusive phase of the calling thread.</remarks>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map, or the map is in an
    /// exclusive phase of another thread.</exception>
    // The arena has the finalizer, and not the map. It must run, because it releases the address range.
    #pragma warning disable CA1816, CA1063
    public void Dispose()
    {
        if (_exclusive is { IsOwnedByThisThread: true })
        {
            _exclusive.Dispose();
        }

        _shards.Dispose();
        CloseFlights();
        GC.KeepAlive(this);
    }
#pragma warning restore CA1816, CA1063

    /// <summary>Returns the type, the number of entries, the capacity and the state of the map.</summary>
    /// <returns>For example, <c>ShardMap&lt;UInt64, UInt64&gt;: 3 of 32 entries</c>.</returns>
    public override string ToString()
    {
        string types = _shards.Description;
        string text = _shards.IsDisposed
            ? $"{types}: disposed"
            : string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{types}: {_shards.Count} of {_shards.Capacity} entries"
                + $"{(_shards.GetStatistics().MigrationsActive > 0 ? ", migrating" : string.Empty)}");
        GC.KeepAlive(this);
        return text;
    }

    /// <inheritdoc/>
    bool IObservedMap.TryObserve(out ShardMapStatistics statistics, out long readRetries, out double probeLength)
    {
        bool live = !_shards.IsDisposed;
        statistics = live ? _shards.GetStatistics() : default;
        readRetries = live ? _shards.ReadRetries : 0;
        probeLength = live ? _shards.SampleProbeLength(SampledGroups) : 0;
        GC.KeepAlive(this);
        return live;
    }

    /// <inheritdoc/>
    bool IMigratingMap.MoveSomeGroups()
    {
        bool left = _shards.MoveSomeEverywhere();
        GC.KeepAlive(this);
        return left;
    }

    private static ShardSetOptions Resolved(ShardMapOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Resolve();
    }
}
