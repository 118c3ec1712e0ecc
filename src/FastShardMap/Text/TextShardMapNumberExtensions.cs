using System.Numerics;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Text;

namespace FastShardMap;

/// <summary>Provides atomic additions to the values of text and byte-string maps whose values are numbers.</summary>
public static unsafe partial class TextShardMapNumberExtensions
{
    /// <summary>Adds a number to the value of a key. An absent key counts as zero and is added.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <param name="delta">The number to add to the value.</param>
    /// <returns>The new value.</returns>
    /// <remarks>The addition is one atomic step, mostly without the shard's lock. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public static TValue AddDelta<TValue>(this TextShardMap<TValue> map, ReadOnlySpan<char> key, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, map.Seed);
        return map.Inner.AddDelta(text.Key, delta);
    }

    /// <inheritdoc cref="AddDelta{TValue}(TextShardMap{TValue}, ReadOnlySpan{char}, TValue)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public static TValue AddDelta<TValue>(this TextShardMap<TValue> map, string key, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(key);
        return AddDelta(map, key.AsSpan(), delta);
    }

    /// <inheritdoc cref="AddDelta{TValue}(TextShardMap{TValue}, ReadOnlySpan{char}, TValue)"/>
    [SkipLocalsInit]
    public static TValue AddDelta<TValue>(this TextShardMap<TValue> map, ReadOnlySpan<byte> key, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return map.Inner.AddDelta(KeyBytes.Present(bytes, key.Length, buffer, map.Seed), delta);
        }
    }

    /// <summary>Adds a number to the value of a key, as the overload with a number does; the compiler chooses this one
    /// for constants of another type.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <param name="delta">The number to add to the value.</param>
    /// <returns>The new value.</returns>
    /// <remarks>The addition is one atomic step, mostly without the shard's lock. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    public static TValue AddDelta<TValue>(
        this TextShardMap<TValue> map, ReadOnlySpan<char> key, MapArgument<TValue> delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        return AddDelta(map, key, delta.Value);
    }

    /// <inheritdoc cref="AddDelta{TValue}(TextShardMap{TValue}, ReadOnlySpan{char}, MapArgument{TValue})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public static TValue AddDelta<TValue>(this TextShardMap<TValue> map, string key, MapArgument<TValue> delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(key);
        return AddDelta(map, key.AsSpan(), delta);
    }

    /// <inheritdoc cref="AddDelta{TValue}(TextShardMap{TValue}, ReadOnlySpan{char}, MapArgument{TValue})"/>
    public static TValue AddDelta<TValue>(
        this TextShardMap<TValue> map, ReadOnlySpan<byte> key, MapArgument<TValue> delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        return AddDelta(map, key, delta.Value);
    }

    /// <summary>Adds one to the value of a key. An absent key is added with the value one.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <returns>The new value.</returns>
    /// <remarks>The addition is one atomic step, mostly without the shard's lock. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    public static TValue Increment<TValue>(this TextShardMap<TValue> map, ReadOnlySpan<char> key)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        return AddDelta(map, key, TValue.One);
    }

    /// <inheritdoc cref="Increment{TValue}(TextShardMap{TValue}, ReadOnlySpan{char})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public static TValue Increment<TValue>(this TextShardMap<TValue> map, string key)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(key);
        return Increment(map, key.AsSpan());
    }

    /// <inheritdoc cref="Increment{TValue}(TextShardMap{TValue}, ReadOnlySpan{char})"/>
    public static TValue Increment<TValue>(this TextShardMap<TValue> map, ReadOnlySpan<byte> key)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        return AddDelta(map, key, TValue.One);
    }

    /// <summary>Adds a number to the value of a key. An absent key counts as zero and is added.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <param name="delta">The number to add to the value.</param>
    /// <returns>The new value.</returns>
    /// <remarks>The addition is one atomic step, mostly without the shard's lock. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public static TValue AddDelta<TValue>(this BytesShardMap<TValue> map, ReadOnlySpan<byte> key, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return map.Inner.AddDelta(KeyBytes.Present(bytes, key.Length, buffer, map.Seed), delta);
        }
    }

    /// <summary>Adds a number to the value of a key, as the overload with a number does; the compiler chooses this one
    /// for constants of another type.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <param name="delta">The number to add to the value.</param>
    /// <returns>The new value.</returns>
    /// <remarks>The addition is one atomic step, mostly without the shard's lock. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    public static TValue AddDelta<TValue>(
        this BytesShardMap<TValue> map, ReadOnlySpan<byte> key, MapArgument<TValue> delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        return AddDelta(map, key, delta.Value);
    }

    /// <summary>Adds one to the value of a key. An absent key is added with the value one.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <returns>The new value.</returns>
    /// <remarks>The addition is one atomic step, mostly without the shard's lock. Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of this map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    public static TValue Increment<TValue>(this BytesShardMap<TValue> map, ReadOnlySpan<byte> key)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        return AddDelta(map, key, TValue.One);
    }
}
