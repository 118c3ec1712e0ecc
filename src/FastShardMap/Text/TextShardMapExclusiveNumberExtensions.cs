using System.Numerics;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Text;

namespace FastShardMap;

/// <summary>Provides additions to values that are numbers, in exclusive phases of text and byte-string maps.</summary>
public static unsafe partial class TextShardMapExclusiveNumberExtensions
{
    /// <summary>Adds a number to the value of a key. An absent key counts as zero and is added.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="phase">The exclusive phase.</param>
    /// <param name="key">The key.</param>
    /// <param name="delta">The number to add to the value.</param>
    /// <returns>The new value.</returns>
    /// <remarks>Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="phase"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    [SkipLocalsInit]
    public static TValue AddDelta<TValue>(
        this TextShardMapExclusive<TValue> phase, ReadOnlySpan<char> key, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, phase.Seed);
        return phase.Inner.AddDelta(text.Key, delta);
    }

    /// <inheritdoc cref="AddDelta{TValue}(TextShardMapExclusive{TValue}, ReadOnlySpan{char}, TValue)"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public static TValue AddDelta<TValue>(this TextShardMapExclusive<TValue> phase, string key, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(key);
        return AddDelta(phase, key.AsSpan(), delta);
    }

    /// <inheritdoc cref="AddDelta{TValue}(TextShardMapExclusive{TValue}, ReadOnlySpan{char}, TValue)"/>
    [SkipLocalsInit]
    public static TValue AddDelta<TValue>(
        this TextShardMapExclusive<TValue> phase, ReadOnlySpan<byte> key, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return phase.Inner.AddDelta(KeyBytes.Present(bytes, key.Length, buffer, phase.Seed), delta);
        }
    }

    /// <summary>Adds a number to the value of a key, as the overload with a number does; the compiler chooses this one
    /// for constants of another type.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="phase">The exclusive phase.</param>
    /// <param name="key">The key.</param>
    /// <param name="delta">The number to add to the value.</param>
    /// <returns>The new value.</returns>
    /// <remarks>Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="phase"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    public static TValue AddDelta<TValue>(
        this TextShardMapExclusive<TValue> phase, ReadOnlySpan<char> key, MapArgument<TValue> delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        return AddDelta(phase, key, delta.Value);
    }

    /// <inheritdoc cref="AddDelta{TValue}(TextShardMapExclusive{TValue}, ReadOnlySpan{char}, MapArgument{TValue})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public static TValue AddDelta<TValue>(
        this TextShardMapExclusive<TValue> phase, string key, MapArgument<TValue> delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(key);
        return AddDelta(phase, key.AsSpan(), delta);
    }

    /// <inheritdoc cref="AddDelta{TValue}(TextShardMapExclusive{TValue}, ReadOnlySpan{char}, MapArgument{TValue})"/>
    public static TValue AddDelta<TValue>(
        this TextShardMapExclusive<TValue> phase, ReadOnlySpan<byte> key, MapArgument<TValue> delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        return AddDelta(phase, key, delta.Value);
    }

    /// <summary>Adds one to the value of a key. An absent key is added with the value one.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="phase">The exclusive phase.</param>
    /// <param name="key">The key.</param>
    /// <returns>The new value.</returns>
    /// <remarks>Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="phase"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes in UTF-8.</exception>
    public static TValue Increment<TValue>(this TextShardMapExclusive<TValue> phase, ReadOnlySpan<char> key)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        return AddDelta(phase, key, TValue.One);
    }

    /// <inheritdoc cref="Increment{TValue}(TextShardMapExclusive{TValue}, ReadOnlySpan{char})"/>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public static TValue Increment<TValue>(this TextShardMapExclusive<TValue> phase, string key)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(key);
        return Increment(phase, key.AsSpan());
    }

    /// <inheritdoc cref="Increment{TValue}(TextShardMapExclusive{TValue}, ReadOnlySpan{char})"/>
    public static TValue Increment<TValue>(this TextShardMapExclusive<TValue> phase, ReadOnlySpan<byte> key)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        return AddDelta(phase, key, TValue.One);
    }

    /// <summary>Adds a number to the value of a key. An absent key counts as zero and is added.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="phase">The exclusive phase.</param>
    /// <param name="key">The key.</param>
    /// <param name="delta">The number to add to the value.</param>
    /// <returns>The new value.</returns>
    /// <remarks>Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="phase"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    [SkipLocalsInit]
    public static TValue AddDelta<TValue>(
        this BytesShardMapExclusive<TValue> phase, ReadOnlySpan<byte> key, TValue delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        KeyBytes.ThrowIfTooLong(key.Length, nameof(key));
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return phase.Inner.AddDelta(KeyBytes.Present(bytes, key.Length, buffer, phase.Seed), delta);
        }
    }

    /// <summary>Adds a number to the value of a key, as the overload with a number does; the compiler chooses this one
    /// for constants of another type.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="phase">The exclusive phase.</param>
    /// <param name="key">The key.</param>
    /// <param name="delta">The number to add to the value.</param>
    /// <returns>The new value.</returns>
    /// <remarks>Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="phase"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    public static TValue AddDelta<TValue>(
        this BytesShardMapExclusive<TValue> phase, ReadOnlySpan<byte> key, MapArgument<TValue> delta)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        return AddDelta(phase, key, delta.Value);
    }

    /// <summary>Adds one to the value of a key. An absent key is added with the value one.</summary>
    /// <typeparam name="TValue">The type of the values: a number. Its addition wraps or throws as its + operator
    /// does.</typeparam>
    /// <param name="phase">The exclusive phase.</param>
    /// <param name="key">The key.</param>
    /// <returns>The new value.</returns>
    /// <remarks>Allocates nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="phase"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The phase has ended.</exception>
    /// <exception cref="InvalidOperationException">The call comes from another thread, or from a callback.</exception>
    /// <exception cref="OutOfMemoryException">A shard must grow, or needs room for the key, and the memory cannot be
    /// allocated; nothing has changed.</exception>
    /// <exception cref="ArgumentException">The key has more than 32,766 bytes.</exception>
    public static TValue Increment<TValue>(this BytesShardMapExclusive<TValue> phase, ReadOnlySpan<byte> key)
        where TValue : unmanaged, INumber<TValue>
    {
        ArgumentNullException.ThrowIfNull(phase);
        return AddDelta(phase, key, TValue.One);
    }
}
