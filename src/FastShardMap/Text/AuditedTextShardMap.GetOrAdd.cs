using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;
using FastShardMap.Text;

namespace FastShardMap;

public sealed unsafe partial class AuditedTextShardMap<TValue>
{
    /// <summary>Gets the value of a key, and adds a value if the key is absent (load or store). The operation is
    /// recorded as a hit or an addition.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value to add.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of the
    /// map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public TValue GetOrAdd(ReadOnlySpan<char> key, TValue value)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return _operations.GetOrAdd(text.Key, value);
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
            return _operations.GetOrAdd(KeyBytes.Present(bytes, key.Length, buffer, _seed), value);
        }
    }

    /// <summary>Gets the value of a key, and adds a value from a factory if the key is absent. The operation is
    /// recorded as a hit or an addition.</summary>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value from the key. Runs at most once per addition among all threads,
    /// under the shard's lock. It must not keep the span.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="valueFactory"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of the
    /// map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    public TValue GetOrAdd(ReadOnlySpan<char> key, Func<ReadOnlySpan<char>, TValue> valueFactory)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        DelegateFactory<ReadOnlySpan<char>, TValue> factory = new(valueFactory);
        return GetOrAdd(key, ref factory);
    }

    /// <inheritdoc cref="GetOrAdd(ReadOnlySpan{char}, Func{ReadOnlySpan{char}, TValue})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public TValue GetOrAdd(string key, Func<ReadOnlySpan<char>, TValue> valueFactory)
    {
        ArgumentNullException.ThrowIfNull(key);
        return GetOrAdd(key.AsSpan(), valueFactory);
    }

    /// <inheritdoc cref="GetOrAdd(ReadOnlySpan{char}, Func{ReadOnlySpan{char}, TValue})"/>
    public TValue GetOrAdd(ReadOnlySpan<byte> key, Func<ReadOnlySpan<byte>, TValue> valueFactory)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        DelegateFactory<ReadOnlySpan<byte>, TValue> factory = new(valueFactory);
        return GetOrAdd(key, ref factory);
    }

    /// <summary>Gets the value of a key, and adds a value from a factory if the key is absent. The operation is
    /// recorded as a hit or an addition.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Creates the value from the key. Runs at most once per addition among all threads,
    /// under the shard's lock. It must not keep the span.</param>
    /// <param name="factoryArgument">The argument that is passed to <paramref name="valueFactory"/>.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="valueFactory"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of the
    /// map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    public TValue GetOrAdd<TArg>(
        ReadOnlySpan<char> key, Func<ReadOnlySpan<char>, TArg, TValue> valueFactory, TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        DelegateFactory<ReadOnlySpan<char>, TValue, TArg> factory = new(valueFactory, factoryArgument);
        return GetOrAdd(key, ref factory);
    }

    /// <inheritdoc cref="GetOrAdd{TArg}(ReadOnlySpan{char}, Func{ReadOnlySpan{char}, TArg, TValue}, TArg)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public TValue GetOrAdd<TArg>(string key, Func<ReadOnlySpan<char>, TArg, TValue> valueFactory, TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(key);
        return GetOrAdd(key.AsSpan(), valueFactory, factoryArgument);
    }

    /// <inheritdoc cref="GetOrAdd{TArg}(ReadOnlySpan{char}, Func{ReadOnlySpan{char}, TArg, TValue}, TArg)"/>
    public TValue GetOrAdd<TArg>(
        ReadOnlySpan<byte> key, Func<ReadOnlySpan<byte>, TArg, TValue> valueFactory, TArg factoryArgument)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        DelegateFactory<ReadOnlySpan<byte>, TValue, TArg> factory = new(valueFactory, factoryArgument);
        return GetOrAdd(key, ref factory);
    }

    /// <summary>Gets the value of a key, and adds a value from a struct factory if the key is absent. The operation is
    /// recorded as a hit or an addition.</summary>
    /// <typeparam name="TFactory">The type of the factory.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="factory">Creates the value as the delegate does. Receives the changes that the call makes to
    /// it.</param>
    /// <returns>The existing value, or the added one.</returns>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of the
    /// map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public TValue GetOrAdd<TFactory>(ReadOnlySpan<char> key, ref TFactory factory)
        where TFactory : struct, IValueFactory<ReadOnlySpan<char>, TValue>
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        fixed (char* chars = key)
        {
            SpanFactory<char, TValue, TFactory> adapter = new(chars, key.Length, factory);
            TValue stored = _operations.GetOrAdd(text.Key, ref adapter);
            factory = adapter.Factory;
            return stored;
        }
    }

    /// <inheritdoc cref="GetOrAdd{TFactory}(ReadOnlySpan{char}, ref TFactory)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public TValue GetOrAdd<TFactory>(string key, ref TFactory factory)
        where TFactory : struct, IValueFactory<ReadOnlySpan<char>, TValue>
    {
        ArgumentNullException.ThrowIfNull(key);
        return GetOrAdd(key.AsSpan(), ref factory);
    }

    /// <inheritdoc cref="GetOrAdd{TFactory}(ReadOnlySpan{char}, ref TFactory)"/>
    [SkipLocalsInit]
    public TValue GetOrAdd<TFactory>(ReadOnlySpan<byte> key, ref TFactory factory)
        where TFactory : struct, IValueFactory<ReadOnlySpan<byte>, TValue>
    {
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            SpanFactory<byte, TValue, TFactory> adapter = new(bytes, key.Length, factory);
            TValue stored = _operations.GetOrAdd(KeyBytes.Present(bytes, key.Length, buffer, _seed), ref adapter);
            factory = adapter.Factory;
            return stored;
        }
    }
}
