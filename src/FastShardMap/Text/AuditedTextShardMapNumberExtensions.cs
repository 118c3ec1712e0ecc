using System.Numerics;
using System.Runtime.CompilerServices;
using FastShardMap.Auditing;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap;

/// <summary>Provides atomic additions to the values of audited text and byte-string maps whose values are
/// numbers.</summary>
public static unsafe partial class AuditedTextShardMapNumberExtensions
{
    /// <summary>Adds a number to the value of a key. An absent key counts as zero and is added. The operation
    /// is recorded as an addition or an update.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <param name="delta">The number to add to the value.</param>
    /// <returns>The new value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public static TValue AddDelta<TValue>(this AuditedTextShardMap<TValue> map, ReadOnlySpan<char> key, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, map.Seed);
        DeltaUpserter<RecordKey, TValue> upserter = new(delta);
        return map.Operations.AddOrUpdate(text.Key, ref upserter);
    }

    /// <inheritdoc cref="AddDelta{TValue}(AuditedTextShardMap{TValue}, ReadOnlySpan{char}, TValue)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public static TValue AddDelta<TValue>(this AuditedTextShardMap<TValue> map, string key, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(key);
        return AddDelta(map, key.AsSpan(), delta);
    }

    /// <inheritdoc cref="AddDelta{TValue}(AuditedTextShardMap{TValue}, ReadOnlySpan{char}, TValue)"/>
    [SkipLocalsInit]
    public static TValue AddDelta<TValue>(this AuditedTextShardMap<TValue> map, ReadOnlySpan<byte> key, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            DeltaUpserter<RecordKey, TValue> upserter = new(delta);
            return map.Operations.AddOrUpdate(KeyBytes.Present(bytes, key.Length, buffer, map.Seed), ref upserter);
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
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    public static TValue AddDelta<TValue>(
        this AuditedTextShardMap<TValue> map, ReadOnlySpan<char> key, MapArgument<TValue> delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        return AddDelta(map, key, delta.Value);
    }

    /// <inheritdoc cref="AddDelta{TValue}(AuditedTextShardMap{TValue}, ReadOnlySpan{char}, MapArgument{TValue})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public static TValue AddDelta<TValue>(this AuditedTextShardMap<TValue> map, string key, MapArgument<TValue> delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(key);
        return AddDelta(map, key.AsSpan(), delta);
    }

    /// <inheritdoc cref="AddDelta{TValue}(AuditedTextShardMap{TValue}, ReadOnlySpan{char}, MapArgument{TValue})"/>
    public static TValue AddDelta<TValue>(
        this AuditedTextShardMap<TValue> map, ReadOnlySpan<byte> key, MapArgument<TValue> delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        return AddDelta(map, key, delta.Value);
    }

    /// <summary>Adds one to the value of a key. An absent key is added with the value one. The operation is
    /// recorded as an addition or an update.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <returns>The new value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    public static TValue Increment<TValue>(this AuditedTextShardMap<TValue> map, ReadOnlySpan<char> key)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        return AddDelta(map, key, TValue.One);
    }

    /// <inheritdoc cref="Increment{TValue}(AuditedTextShardMap{TValue}, ReadOnlySpan{char})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public static TValue Increment<TValue>(this AuditedTextShardMap<TValue> map, string key)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(key);
        return Increment(map, key.AsSpan());
    }

    /// <inheritdoc cref="Increment{TValue}(AuditedTextShardMap{TValue}, ReadOnlySpan{char})"/>
    public static TValue Increment<TValue>(this AuditedTextShardMap<TValue> map, ReadOnlySpan<byte> key)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        return AddDelta(map, key, TValue.One);
    }

    /// <summary>Adds a number to the value of a key. An absent key counts as zero and is added. The operation
    /// is recorded as an addition or an update.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <param name="delta">The number to add to the value.</param>
    /// <returns>The new value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public static TValue AddDelta<TValue>(this AuditedBytesShardMap<TValue> map, ReadOnlySpan<byte> key, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            DeltaUpserter<RecordKey, TValue> upserter = new(delta);
            return map.Operations.AddOrUpdate(KeyBytes.Present(bytes, key.Length, buffer, map.Seed), ref upserter);
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
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    public static TValue AddDelta<TValue>(
        this AuditedBytesShardMap<TValue> map, ReadOnlySpan<byte> key, MapArgument<TValue> delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        return AddDelta(map, key, delta.Value);
    }

    /// <summary>Adds one to the value of a key. An absent key is added with the value one. The operation is
    /// recorded as an addition or an update.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <returns>The new value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="map"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call comes from a callback of the map.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    public static TValue Increment<TValue>(this AuditedBytesShardMap<TValue> map, ReadOnlySpan<byte> key)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        return AddDelta(map, key, TValue.One);
    }
}
