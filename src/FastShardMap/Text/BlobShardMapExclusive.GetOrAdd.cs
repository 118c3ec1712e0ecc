using System.Buffers;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Text;

namespace FastShardMap;

public sealed unsafe partial class BlobShardMapExclusive
{
    /// <summary>Gets the value of a key, and adds a value if the key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes to add, which are copied. Up to 1,073,741,824 bytes.</param>
    /// <param name="stored">The bytes of the value that the key has then. They are in the memory of the map.</param>
    /// <returns>Whether the entry was added.</returns>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the entry, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8, or the value has more than
    /// 1,073,741,824 bytes.</exception>
    [SkipLocalsInit]
    public bool GetOrAdd(ReadOnlySpan<char> key, ReadOnlySpan<byte> value, out ReadOnlySpan<byte> stored)
    {
        BlobRef.ThrowIfTooLong(value.Length, nameof(value));
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return LoadOrStore(text.Key, value, out stored);
    }

    /// <inheritdoc cref="GetOrAdd(ReadOnlySpan{char}, ReadOnlySpan{byte}, out ReadOnlySpan{byte})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool GetOrAdd(string key, ReadOnlySpan<byte> value, out ReadOnlySpan<byte> stored)
    {
        ArgumentNullException.ThrowIfNull(key);
        return GetOrAdd(key.AsSpan(), value, out stored);
    }

    /// <inheritdoc cref="GetOrAdd(ReadOnlySpan{char}, ReadOnlySpan{byte}, out ReadOnlySpan{byte})"/>
    [SkipLocalsInit]
    public bool GetOrAdd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, out ReadOnlySpan<byte> stored)
    {
        BlobRef.ThrowIfTooLong(value.Length, nameof(value));
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return LoadOrStore(KeyBytes.Present(bytes, key.Length, buffer, _seed), value, out stored);
        }
    }

    /// <summary>Gets the value of a key, and adds the value that a delegate writes if the key is absent.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Writes the value of an absent key. It must keep neither the span nor the writer. It
    /// may read the map, and must not write to it.</param>
    /// <param name="factoryArgument">The argument that is passed to <paramref name="valueFactory"/>.</param>
    /// <param name="stored">The bytes of the value that the key has then. They are in the memory of the map.</param>
    /// <returns>Whether the entry was added.</returns>
    /// <remarks>If the key is present, the delegate does not run. Otherwise allocates a buffer for the new value. An
    /// exception of the delegate reaches the caller, and nothing is added.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="valueFactory"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread; the delegate wrote more than
    /// 1,073,741,824 bytes; or the key is absent, and the call comes from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the entry, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool GetOrAdd<TArg>(
        ReadOnlySpan<char> key,
        Action<ReadOnlySpan<char>, IBufferWriter<byte>, TArg> valueFactory,
        TArg factoryArgument,
        out ReadOnlySpan<byte> stored)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        fixed (char* chars = key)
        {
            BlobFactory<char, TArg> factory = new(chars, key.Length, valueFactory, factoryArgument);
            return LoadOrCreate(text.Key, factory, out stored);
        }
    }

    /// <inheritdoc cref="GetOrAdd{TArg}(ReadOnlySpan{char}, Action{ReadOnlySpan{char}, IBufferWriter{byte}, TArg},
    /// TArg, out ReadOnlySpan{byte})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool GetOrAdd<TArg>(
        string key,
        Action<ReadOnlySpan<char>, IBufferWriter<byte>, TArg> valueFactory,
        TArg factoryArgument,
        out ReadOnlySpan<byte> stored)
    {
        ArgumentNullException.ThrowIfNull(key);
        return GetOrAdd(key.AsSpan(), valueFactory, factoryArgument, out stored);
    }

    /// <inheritdoc cref="GetOrAdd{TArg}(ReadOnlySpan{char}, Action{ReadOnlySpan{char}, IBufferWriter{byte}, TArg},
    /// TArg, out ReadOnlySpan{byte})"/>
    [SkipLocalsInit]
    public bool GetOrAdd<TArg>(
        ReadOnlySpan<byte> key,
        Action<ReadOnlySpan<byte>, IBufferWriter<byte>, TArg> valueFactory,
        TArg factoryArgument,
        out ReadOnlySpan<byte> stored)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            BlobFactory<byte, TArg> factory = new(bytes, key.Length, valueFactory, factoryArgument);
            return LoadOrCreate(KeyBytes.Present(bytes, key.Length, buffer, _seed), factory, out stored);
        }
    }

    private bool LoadOrStore(RecordKey key, ReadOnlySpan<byte> value, out ReadOnlySpan<byte> stored)
    {
        bool added = Add(key, value);
        Read(key, out stored, out _);
        return added;
    }

    private bool LoadOrCreate<TElement, TArg>(
        RecordKey key, BlobFactory<TElement, TArg> factory, out ReadOnlySpan<byte> stored)
        where TElement : unmanaged
    {
        if (Read(key, out stored, out _))
        {
            return false;
        }

        using BlobBuffer buffer = new();
        BlobFactoryOperation<TElement, TArg> operation = new(factory, buffer);
        _phase.Write(nameof(GetOrAdd), key, ref operation);
        Read(key, out stored, out _);
        return operation.Added;
    }
}
