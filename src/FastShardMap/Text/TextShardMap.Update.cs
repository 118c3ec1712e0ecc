using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Text;

namespace FastShardMap;

public sealed unsafe partial class TextShardMap<TValue>
{
    /// <summary>Gets the value of a key, and adds a value if the key is absent (load or store).</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <remarks>Lock-free if the key is present.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public TValue GetOrAdd(ReadOnlySpan<char> key, TValue value)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return _map.GetOrAdd(text.Key, value);
    }

    /// <inheritdoc cref="GetOrAdd(ReadOnlySpan{char}, TValue)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public TValue GetOrAdd(string key, TValue value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return GetOrAdd(key.AsSpan(), value);
    }

    /// <inheritdoc cref="GetOrAdd(ReadOnlySpan{char}, TValue)"/>
    [SkipLocalsInit]
    public TValue GetOrAdd(ReadOnlySpan<byte> key, TValue value)
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return _map.GetOrAdd(KeyBytes.Present(bytes, key.Length, buffer, _seed), value);
        }
    }

    /// <summary>Adds an entry, or changes the value of an existing entry.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="addValue">The value to add if the key is absent.</param>
    /// <param name="updateValueFactory">Computes the new value from the old one if the key is present. Runs once, under
    /// the shard's lock. If it throws, the map is unchanged.</param>
    /// <param name="factoryArgument">The argument that is passed to <paramref name="updateValueFactory"/>.</param>
    /// <returns>The value that was stored.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="updateValueFactory"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public TValue AddOrUpdate<TArg>(
        ReadOnlySpan<char> key, TValue addValue, Func<TValue, TArg, TValue> updateValueFactory, TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        ValueOrUpdate<TValue, TArg> upserter = new(addValue, updateValueFactory, factoryArgument);
        return _map.AddOrUpdate(text.Key, ref upserter);
    }

    /// <inheritdoc cref="AddOrUpdate{TArg}(ReadOnlySpan{char}, TValue, Func{TValue, TArg, TValue}, TArg)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public TValue AddOrUpdate<TArg>(
        string key, TValue addValue, Func<TValue, TArg, TValue> updateValueFactory, TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(key);
        return AddOrUpdate(key.AsSpan(), addValue, updateValueFactory, factoryArgument);
    }

    /// <inheritdoc cref="AddOrUpdate{TArg}(ReadOnlySpan{char}, TValue, Func{TValue, TArg, TValue}, TArg)"/>
    [SkipLocalsInit]
    public TValue AddOrUpdate<TArg>(
        ReadOnlySpan<byte> key, TValue addValue, Func<TValue, TArg, TValue> updateValueFactory, TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(updateValueFactory);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            ValueOrUpdate<TValue, TArg> upserter = new(addValue, updateValueFactory, factoryArgument);
            return _map.AddOrUpdate(KeyBytes.Present(bytes, key.Length, buffer, _seed), ref upserter);
        }
    }

    /// <summary>Gets the value of a key, and adds a value from a factory if the key is absent.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value from the key. Runs at most once per addition among all threads,
    /// under the shard's lock. It must not keep the span.</param>
    /// <param name="factoryArgument">The argument that is passed to <paramref name="valueFactory"/>.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <remarks>Lock-free if the key is present. If the factory throws, the exception is passed to the caller, and
    /// nothing is added.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="valueFactory"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public TValue GetOrAdd<TArg>(
        ReadOnlySpan<char> key, Func<ReadOnlySpan<char>, TArg, TValue> valueFactory, TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        fixed (char* chars = key)
        {
            KeyFactory<char, TValue, TArg> factory = new(chars, key.Length, valueFactory, factoryArgument);
            return _map.GetOrAdd(text.Key, ref factory);
        }
    }

    /// <inheritdoc cref="GetOrAdd{TArg}(ReadOnlySpan{char}, Func{ReadOnlySpan{char}, TArg, TValue}, TArg)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public TValue GetOrAdd<TArg>(string key, Func<ReadOnlySpan<char>, TArg, TValue> valueFactory, TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(key);
        return GetOrAdd(key.AsSpan(), valueFactory, factoryArgument);
    }

    /// <inheritdoc cref="GetOrAdd{TArg}(ReadOnlySpan{char}, Func{ReadOnlySpan{char}, TArg, TValue}, TArg)"/>
    [SkipLocalsInit]
    public TValue GetOrAdd<TArg>(
        ReadOnlySpan<byte> key, Func<ReadOnlySpan<byte>, TArg, TValue> valueFactory, TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            KeyFactory<byte, TValue, TArg> factory = new(bytes, key.Length, valueFactory, factoryArgument);
            return _map.GetOrAdd(KeyBytes.Present(bytes, key.Length, buffer, _seed), ref factory);
        }
    }
}
