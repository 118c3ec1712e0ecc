using System.Diagnostics;
using FastShardMap.Sharding;

namespace FastShardMap;

/// <summary>
/// A concurrent hash map in unmanaged memory, with the default hasher of its key type. See
/// <see cref="ShardMap{TKey, TValue, THasher}"/> for all members.
/// </summary>
/// <typeparam name="TKey">The key: any unmanaged type that implements <see cref="IEquatable{T}"/> of itself. An enumeration
/// does not (error CS0315): write <c>EnumKey&lt;DayOfWeek&gt;</c>, see <see cref="EnumKey{TEnum}"/>.</typeparam>
/// <typeparam name="TValue">The value: any unmanaged type. A key and a value take at most 8,192 bytes together.</typeparam>
public sealed partial class ShardMap<TKey, TValue> : ShardMap<TKey, TValue, DefaultHasher<TKey>>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    /// <summary>Creates an empty map that grows as needed.</summary>
    /// <exception cref="NotSupportedException">A key and a value take more than 8,192 bytes together.</exception>
    /// <exception cref="OutOfMemoryException">The system refuses the memory.</exception>
    public ShardMap()
    {
    }

    /// <summary>Creates an empty map with room for <paramref name="capacity"/> entries.</summary>
    /// <param name="capacity">Entries that the map takes before it grows, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    /// <exception cref="NotSupportedException">A key and a value take more than 8,192 bytes together.</exception>
    /// <exception cref="OutOfMemoryException">More than the machine, the process's control group or its address space allows,
    /// or the system refuses the memory. A limit of the managed heap does not count.</exception>
    public ShardMap(long capacity)
        : base(capacity)
    {
    }

    /// <summary>Creates an empty map with the given options.</summary>
    /// <param name="options">The options; copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="NotSupportedException">A key and a value take more than 8,192 bytes together.</exception>
    /// <exception cref="OutOfMemoryException">More than the machine, the process's control group or its address space allows,
    /// or the system refuses the memory. A limit of the managed heap does not count.</exception>
    public ShardMap(ShardMapOptions options)
        : base(options)
    {
    }
}

/// <summary>
/// A concurrent hash map in unmanaged memory: readers take no lock and never see a torn value, growth is spread over
/// the writes, and no entry is an object of the garbage collector's.
/// </summary>
/// <typeparam name="TKey">The key: any unmanaged type that implements <see cref="IEquatable{T}"/> of itself. An enumeration
/// does not (error CS0315): write <c>EnumKey&lt;DayOfWeek&gt;</c>, see <see cref="EnumKey{TEnum}"/>.</typeparam>
/// <typeparam name="TValue">The value: any unmanaged type. A key and a value take at most 8,192 bytes together.</typeparam>
/// <typeparam name="THasher">The hasher: a struct, so that its calls are inlined.</typeparam>
/// <remarks>
/// <para><b>Thread safety.</b> All members may be called from any number of threads at once; <see cref="Dispose"/> too.
/// Operations on one key are linearizable. Members that look at many keys say what they guarantee.</para>
/// <para><b>Progress.</b> Reads write no shared memory. They are lock-free unless writers get in the way of 32 attempts
/// in a row; then they wait for the shard's lock. Writes take the lock of the key's shard; but replacing the value of a present key
/// without a callback rarely does: such writes exclude one another, and readers, in the key's group alone.</para>
/// <para><b>Allocation.</b> No operation allocates managed memory per call or per entry, unless its documentation says so.</para>
/// <para><b>Callbacks</b> run once, under the shard's lock, on copies. If one throws, the entry is unchanged. A callback
/// may read this map and use other maps; a call that writes to or enumerates this map throws
/// <see cref="InvalidOperationException"/>. Keep callbacks short: the shard's other writers wait. A callback or value factory
/// must not wait for a task or thread that writes to this map: if that write needs the same shard, neither ever ends, and
/// nothing can find out. Forms with a timeout (<c>TryAdd</c>, <c>TrySet</c>, <c>TryUpdate</c>, <c>TryRemove</c>) give up instead.</para>
/// <para><b>Interruption.</b> A call that throws <see cref="ThreadInterruptedException"/> was waiting for a shard's lock and
/// has not happened.</para>
/// <para><b>Memory</b> is released by <see cref="Dispose"/>; the address range, and the memory of a map that was never
/// disposed, by the garbage collector's finalization. The collector does not see that memory, so many forgotten maps make the
/// library ask for a collection; the metric <c>fastshardmap.undisposed.memory</c> counts them. Child processes made by <c>fork</c> without <c>exec</c> are not supported.</para>
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
[DebuggerTypeProxy(typeof(Diagnostics.ShardMapDebugView<,,>))]
public partial class ShardMap<TKey, TValue, THasher> : IDisposable, IEnumerable<KeyValuePair<TKey, TValue>>, IMigratingMap, IObservedMap
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where THasher : struct, IKeyHasher<TKey>
{
    /// <summary>Groups of a shard that an observation of probe lengths looks at: a millisecond for 256 shards.</summary>
    private const int SampledGroups = 16;

    private ShardSet<TKey, TValue, THasher> _shards;

    /// <summary>Creates an empty map that grows as needed.</summary>
    /// <exception cref="NotSupportedException">A key and a value take more than 8,192 bytes together.</exception>
    /// <exception cref="OutOfMemoryException">The system refuses the memory.</exception>
    public ShardMap()
        : this(new ShardMapOptions())
    {
    }

    /// <summary>Creates an empty map with room for <paramref name="capacity"/> entries.</summary>
    /// <param name="capacity">Entries that the map takes before it grows, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    /// <exception cref="NotSupportedException">A key and a value take more than 8,192 bytes together.</exception>
    /// <exception cref="OutOfMemoryException">More than the machine, the process's control group or its address space allows,
    /// or the system refuses the memory. A limit of the managed heap does not count.</exception>
    public ShardMap(long capacity)
        : this(new ShardMapOptions { Capacity = ValidCapacity(capacity) })
    {
    }

    /// <summary>Creates an empty map with the given options.</summary>
    /// <param name="options">The options; copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="NotSupportedException">A key and a value take more than 8,192 bytes together.</exception>
    /// <exception cref="OutOfMemoryException">More than the machine, the process's control group or its address space allows,
    /// or the system refuses the memory. A limit of the managed heap does not count.</exception>
    public ShardMap(ShardMapOptions options)
        : this(Resolved(options))
    {
        if (options.StartExclusive)
        {
            EnterExclusive();
        }
    }

    // Every constructor ends here.
    private ShardMap(ShardSetOptions options)
    {
        _shards = new ShardSet<TKey, TValue, THasher>(options, owner: this);
        Diagnostics.MapRegistry.Add(this);
    }

    /// <summary>The number of entries.</summary>
    /// <value>Exact while nothing is written; otherwise the sum of the shards' counts, each read at its own moment.</value>
    /// <remarks>Takes no lock; time proportional to the number of shards.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public long Count
    {
        get
        {
            long count = _shards.Count;
            _shards.ThrowIfDisposed(); // after the sum: one of a map that is being disposed means nothing
            GC.KeepAlive(this);
            return count;
        }
    }

    /// <summary>The number of entries the present tables take before the map grows.</summary>
    /// <remarks>Takes no lock. Entries spread over shards by their hashes, so one shard may grow a little earlier.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public long Capacity
    {
        get
        {
            long capacity = _shards.Capacity;
            _shards.ThrowIfDisposed(); // after the sum: one of a map that is being disposed means nothing
            GC.KeepAlive(this);
            return capacity;
        }
    }

    /// <summary>Whether the map has no entries; as exact as <see cref="Count"/>.</summary>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool IsEmpty => Count == 0;

    /// <summary>Bytes of unmanaged memory the map holds: tables, locks and headers. 0 after <see cref="Dispose"/> but
    /// for the few pages that late readers may still look at.</summary>
    /// <remarks>What is allocated, not what is resident: pages of a fresh table take physical memory when first touched.</remarks>
    public long BytesAllocated => _shards.Arena.LiveBytes;

    internal ref ShardSet<TKey, TValue, THasher> Shards => ref _shards;

    /// <inheritdoc/>
    unsafe nuint IObservedMap.Address => (nuint)_shards.Header;

    /// <inheritdoc/>
    string? IObservedMap.Name => Name;

    /// <inheritdoc/>
    (Type Key, Type Value, Type Hasher) IObservedMap.Types => (typeof(TKey), typeof(TValue), typeof(THasher));

    private string? Name => _shards.Name;

    private string DebuggerText => ToString();

    /// <summary>Ends the map and gives its memory back to the system. Later calls throw <see cref="ObjectDisposedException"/>,
    /// also those that are waiting for a lock now. A second call is harmless, also at the same time.</summary>
    /// <remarks>Ends an exclusive phase of the calling thread.</remarks>
    /// <exception cref="InvalidOperationException">Called from a callback of this map, or in an exclusive phase of another thread.</exception>
#pragma warning disable CA1816, CA1063 // The arena, not the map, has the finalizer, and it must run: it releases the address range.
    public void Dispose()
    {
        if (_exclusive is { IsOwnedByThisThread: true })
        {
            _exclusive.Dispose();
        }

        _shards.Dispose();
        GC.KeepAlive(this);
    }
#pragma warning restore CA1816, CA1063

    /// <summary>Type, number of entries, capacity and state.</summary>
    /// <returns>Such as <c>ShardMap&lt;UInt64, UInt64&gt;: 3 of 32 entries</c>.</returns>
    public override string ToString()
    {
        string types = $"ShardMap<{typeof(TKey).Name}, {typeof(TValue).Name}>{(Name is null ? string.Empty : $" '{Name}'")}";
        string text = _shards.IsDisposed
            ? $"{types}: disposed"
            : string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{types}: {_shards.Count} of {_shards.Capacity} entries{(_shards.GetStatistics().MigrationsActive > 0 ? ", migrating" : string.Empty)}");
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

    private static long ValidCapacity(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        return capacity;
    }
}
