using System.Buffers;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;
using FastShardMap.Text;

namespace FastShardMap;

public sealed unsafe partial class BlobShardMap
{
    /// <summary>Copies the value of a key, and adds a value if the key is absent (load or store).</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes to add, which are copied. Up to 1,073,741,824 bytes.</param>
    /// <param name="destination">Receives the bytes of the value that the key has then: of the existing one, or of
    /// <paramref name="value"/>. Other content of it is unspecified afterwards. Must not overlap
    /// <paramref name="value"/>.</param>
    /// <param name="length">The length of that value.</param>
    /// <returns>Whether that value was copied. If not, the destination is too short, and the key is present
    /// nevertheless.</returns>
    /// <remarks>If the key is present, as fast as <c>TryGetValue</c>. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The key is absent, and the call comes from a callback of this
    /// map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the entry, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8, or the value has more than
    /// 1,073,741,824 bytes.</exception>
    [SkipLocalsInit]
    public bool GetOrAdd(ReadOnlySpan<char> key, ReadOnlySpan<byte> value, Span<byte> destination, out int length)
    {
        BlobRef.ThrowIfTooLong(value.Length, nameof(value));
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return LoadOrStore(text.Key, value, destination, out length);
    }

    /// <inheritdoc cref="GetOrAdd(ReadOnlySpan{char}, ReadOnlySpan{byte}, Span{byte}, out int)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool GetOrAdd(string key, ReadOnlySpan<byte> value, Span<byte> destination, out int length)
    {
        ArgumentNullException.ThrowIfNull(key);
        return GetOrAdd(key.AsSpan(), value, destination, out length);
    }

    /// <inheritdoc cref="GetOrAdd(ReadOnlySpan{char}, ReadOnlySpan{byte}, Span{byte}, out int)"/>
    [SkipLocalsInit]
    public bool GetOrAdd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, Span<byte> destination, out int length)
    {
        BlobRef.ThrowIfTooLong(value.Length, nameof(value));
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return LoadOrStore(KeyBytes.Present(bytes, key.Length, buffer, _seed), value, destination, out length);
        }
    }

    /// <summary>Writes the value of a key to a buffer writer, and adds a value if the key is absent (load or
    /// store).</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes to add, which are copied. Up to 1,073,741,824 bytes.</param>
    /// <param name="destination">Receives the bytes of the value that the key has then, never torn. It is advanced
    /// once, by the length of the value, and not at all if the value is empty.</param>
    /// <returns>Whether the entry was added.</returns>
    /// <remarks>The writer is asked for room while no lock is held. If the key is present, as fast as
    /// <c>TryGetValue</c>. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="destination"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The writer returned a shorter span than it was asked for; or the key
    /// is absent, and the call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the entry, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8, or the value has more than
    /// 1,073,741,824 bytes.</exception>
    [SkipLocalsInit]
    public bool GetOrAdd(ReadOnlySpan<char> key, ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        BlobRef.ThrowIfTooLong(value.Length, nameof(value));
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        return LoadOrStore(text.Key, value, destination);
    }

    /// <inheritdoc cref="GetOrAdd(ReadOnlySpan{char}, ReadOnlySpan{byte}, IBufferWriter{byte})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool GetOrAdd(string key, ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(key);
        return GetOrAdd(key.AsSpan(), value, destination);
    }

    /// <inheritdoc cref="GetOrAdd(ReadOnlySpan{char}, ReadOnlySpan{byte}, IBufferWriter{byte})"/>
    [SkipLocalsInit]
    public bool GetOrAdd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        BlobRef.ThrowIfTooLong(value.Length, nameof(value));
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return LoadOrStore(KeyBytes.Present(bytes, key.Length, buffer, _seed), value, destination);
        }
    }

    /// <summary>Writes the value of a key to a buffer writer, and adds the value that a delegate writes if the key is
    /// absent.</summary>
    /// <typeparam name="TArg">The type of an argument that is passed to the delegate, so that it need not
    /// capture.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="valueFactory">Writes the value of an absent key. Runs at most once per addition among all threads,
    /// under the shard's lock. It must keep neither the span nor the writer.</param>
    /// <param name="factoryArgument">The argument that is passed to <paramref name="valueFactory"/>.</param>
    /// <param name="destination">Receives the bytes of the value that the key has then, never torn. It is advanced
    /// once, by the length of the value, and not at all if the value is empty.</param>
    /// <returns>Whether the entry was added.</returns>
    /// <remarks>If the key is present, as fast as <c>TryGetValue</c>, and the delegate does not run. Otherwise
    /// allocates a buffer for the new value. An exception of the delegate reaches the caller, and nothing is
    /// added.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="valueFactory"/> or <paramref name="destination"/> is
    /// null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The delegate wrote more than 1,073,741,824 bytes; the writer
    /// <paramref name="destination"/> returned a shorter span than it was asked for; or the key is absent, and the call
    /// comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the entry, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public bool GetOrAdd<TArg>(
        ReadOnlySpan<char> key,
        Action<ReadOnlySpan<char>, IBufferWriter<byte>, TArg> valueFactory,
        TArg factoryArgument,
        IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        ArgumentNullException.ThrowIfNull(destination);
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, _seed);
        fixed (char* chars = key)
        {
            BlobFactory<char, TArg> factory = new(chars, key.Length, valueFactory, factoryArgument);
            return LoadOrCreate(text.Key, factory, destination);
        }
    }

    /// <inheritdoc cref="GetOrAdd{TArg}(ReadOnlySpan{char}, Action{ReadOnlySpan{char}, IBufferWriter{byte}, TArg},
    /// TArg, IBufferWriter{byte})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public bool GetOrAdd<TArg>(
        string key,
        Action<ReadOnlySpan<char>, IBufferWriter<byte>, TArg> valueFactory,
        TArg factoryArgument,
        IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(key);
        return GetOrAdd(key.AsSpan(), valueFactory, factoryArgument, destination);
    }

    /// <inheritdoc cref="GetOrAdd{TArg}(ReadOnlySpan{char}, Action{ReadOnlySpan{char}, IBufferWriter{byte}, TArg},
    /// TArg, IBufferWriter{byte})"/>
    [SkipLocalsInit]
    public bool GetOrAdd<TArg>(
        ReadOnlySpan<byte> key,
        Action<ReadOnlySpan<byte>, IBufferWriter<byte>, TArg> valueFactory,
        TArg factoryArgument,
        IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(valueFactory);
        ArgumentNullException.ThrowIfNull(destination);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            BlobFactory<byte, TArg> factory = new(bytes, key.Length, valueFactory, factoryArgument);
            return LoadOrCreate(KeyBytes.Present(bytes, key.Length, buffer, _seed), factory, destination);
        }
    }

    private bool LoadOrStore(RecordKey key, ReadOnlySpan<byte> value, Span<byte> destination, out int length)
    {
        while (true)
        {
            bool copied = TryRead(key, destination, out length, out _);
            if (length >= 0)
            {
                return copied;
            }

            if (Add(key, value))
            {
                length = value.Length;
                return value.TryCopyTo(destination);
            }
        }
    }

    private bool LoadOrStore(RecordKey key, ReadOnlySpan<byte> value, IBufferWriter<byte> destination)
    {
        while (!TryWriteTo(key, destination))
        {
            if (Add(key, value))
            {
                BlobOutput.Write(destination, value);
                return true;
            }
        }

        return false;
    }

    private bool LoadOrCreate<TElement, TArg>(
        RecordKey key, BlobFactory<TElement, TArg> factory, IBufferWriter<byte> destination)
        where TElement : unmanaged
    {
        if (TryWriteTo(key, destination))
        {
            return false;
        }

        using BlobBuffer buffer = new();
        do
        {
            if (Create(key, factory, buffer))
            {
                BlobOutput.Write(destination, buffer.Written);
                return true;
            }
        }
        while (!TryWriteTo(key, destination));

        return false;
    }

    private bool Create<TElement, TArg>(RecordKey key, BlobFactory<TElement, TArg> factory, BlobBuffer buffer)
        where TElement : unmanaged
    {
        BlobFactoryOperation<TElement, TArg> operation = new(factory, buffer);
        Write(key, ref operation);
        return operation.Added;
    }
}
