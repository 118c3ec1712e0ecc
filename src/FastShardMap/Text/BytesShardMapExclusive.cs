using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Text;

namespace FastShardMap;

/// <summary>A phase in which only one thread may use a byte-string map. No locks are taken, and calls by other threads
/// are detected. <see cref="BytesShardMap{TValue}.EnterExclusive"/> begins a phase; disposing this object ends
/// it.</summary>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>The rules are those of <see cref="ShardMapExclusive{TKey, TValue, THasher}"/>. If another thread than the
/// one that began the phase calls a member, the member throws <see cref="InvalidOperationException"/> before it does
/// anything.</remarks>
public sealed unsafe partial class BytesShardMapExclusive<TValue> : IDisposable
    where TValue : unmanaged
{
    private readonly ShardMapExclusive<RecordKey, TValue, RecordKeyHasher> _phase;
    private readonly HashSeed _seed;

    internal BytesShardMapExclusive(ShardMapExclusive<RecordKey, TValue, RecordKeyHasher> phase, HashSeed seed)
    {
        _phase = phase;
        _seed = seed;
    }

    /// <summary>The number of entries.</summary>
    /// <exception cref="InvalidOperationException">The call comes from another thread.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    public long Count => _phase.Count;

    /// <summary>Whether the map has no entries.</summary>
    /// <exception cref="InvalidOperationException">The call comes from another thread.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    public bool IsEmpty => _phase.IsEmpty;

    internal ShardMapExclusive<RecordKey, TValue, RecordKeyHasher> Inner => _phase;

    internal HashSeed Seed => _seed;

    /// <summary>Gets or sets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <value>The value.</value>
    /// <exception cref="KeyNotFoundException">The property is retrieved, and the key is absent.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    public TValue this[ReadOnlySpan<byte> key]
    {
        get => TryGetValue(key, out TValue value)
            ? value
            : throw MapErrors.KeyNotFound(KeyOutput.Describe(key));

        [SkipLocalsInit]
        set
        {
            KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
            byte* buffer = stackalloc byte[RecordKey.BufferBytes];
            fixed (byte* bytes = key)
            {
                _phase[KeyBytes.Present(bytes, key.Length, buffer, _seed)] = value;
            }
        }
    }

    /// <summary>Copies all entries to a new array.</summary>
    /// <returns>The entries, in no particular order.</returns>
    /// <remarks>Allocates the array and one array per entry.</remarks>
    /// <exception cref="InvalidOperationException">The call comes from another thread.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="OutOfMemoryException">The map has more entries than an array can hold.</exception>
    public KeyValuePair<byte[], TValue>[] ToArray()
    {
        // Only this thread may write, so the keys stay as they are meanwhile.
        KeyValuePair<RecordKey, TValue>[] entries = _phase.ToArray();
        return Array.ConvertAll(
            entries,
            static entry =>
                new KeyValuePair<byte[], TValue>(KeyOutput.ArrayOf(entry.Key), entry.Value));
    }

    /// <summary>Ends the phase, so that all threads may use the map again. Further calls have no effect.</summary>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    public void Dispose() => _phase.Dispose();

    /// <summary>Gets the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; default if the key is absent.</param>
    /// <returns>Whether the key is present.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryGetValue(ReadOnlySpan<byte> key, out TValue value)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _phase.TryGetValue(KeyBytes.Present(bytes, key.Length, buffer, _seed), out value);
        }
    }

    /// <summary>Adds an entry whose key must be absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key is present, and its value is unchanged; or the key has more than
    /// 32,766 bytes.</exception>
    public void Add(ReadOnlySpan<byte> key, TValue value)
    {
        if (!TryAdd(key, value))
        {
            throw MapErrors.KeyPresent(KeyOutput.Describe(key));
        }
    }

    /// <summary>Adds an entry if its key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <returns>Whether the entry was added.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryAdd(ReadOnlySpan<byte> key, TValue value)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _phase.TryAdd(KeyBytes.Present(bytes, key.Length, buffer, _seed), value);
        }
    }

    /// <summary>Removes an entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The removed value; default if the key is absent.</param>
    /// <returns>Whether the key was present.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public bool TryRemove(ReadOnlySpan<byte> key, out TValue value)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _phase.TryRemove(KeyBytes.Present(bytes, key.Length, buffer, _seed), out value);
        }
    }
}
