using System.Buffers;
using FastShardMap.Near.Engine;
using StackExchange.Redis;

namespace FastShardMap.Near;

public sealed partial class NearBytes
{
    /// <summary>Writes the near copy of a key's value to a buffer writer, without asking the engine.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes of the value. It is advanced once, by the length of the value, and
    /// not at all if there is no copy or the value is empty.</param>
    /// <returns>Whether the map is live and has a near copy of a value.</returns>
    /// <remarks>No I/O, and no allocation except by the writer, which is asked for 12 bytes more than the value has.
    /// The value was current at some moment within <see cref="NearMapOptions.MaxStaleness"/> before the call or during
    /// it.</remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The key has more than <see cref="MaxKeyBytes"/> bytes, or an unpaired
    /// surrogate.</exception>
    /// <exception cref="InvalidOperationException">The writer returned less room than it was asked for.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public bool TryGetLocal(string key, IBufferWriter<byte> destination)
    {
        ReadOnlySpan<byte> bytes = KeyBytes.Encode(
            key, stackalloc byte[KeyBytes.LongestOnStack], out byte[]? rented);
        bool isFound = TryGetLocal(bytes, destination);
        KeyBytes.Return(rented);
        return isFound;
    }

    /// <inheritdoc cref="TryGetLocal(string, IBufferWriter{byte})"/>
    public bool TryGetLocal(ReadOnlySpan<byte> key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        KeyBytes.CheckLength(key.Length, nameof(key));
        if (TryCopy(key, destination, out NearVersion version))
        {
            return version != NearVersion.None;
        }

        ThrowIfDisposed();
        return false;
    }

    /// <summary>Writes the value of a key to a buffer writer.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes of the value, and nothing if the key has no value.</param>
    /// <param name="freshness">Whether a near copy may answer.</param>
    /// <param name="cancellationToken">A token to stop waiting. A read that others wait for goes on.</param>
    /// <returns>Whether the key has a value.</returns>
    /// <remarks>A near hit completes synchronously, and allocates only what the writer does. Concurrent misses of one
    /// key ask the engine once.</remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The key has more than <see cref="MaxKeyBytes"/> bytes, or an unpaired
    /// surrogate.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="freshness"/> is not a defined value of the
    /// enum.</exception>
    /// <exception cref="InvalidOperationException">The writer returned less room than it was asked for.</exception>
    /// <exception cref="NearFormatException">The engine holds other bytes under the key.</exception>
    /// <exception cref="RedisException">The engine cannot be reached or refuses the command.</exception>
    /// <exception cref="TimeoutException">The engine did not answer within
    /// <see cref="NearMapOptions.OperationTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public ValueTask<bool> TryGetAsync(
        string key,
        IBufferWriter<byte> destination,
        Freshness freshness = Freshness.Near,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ReadOnlySpan<byte> bytes = KeyBytes.Encode(
            key, stackalloc byte[KeyBytes.LongestOnStack], out byte[]? rented);
        ValueTask<bool> read = ReadToAsync(bytes, destination, freshness, cancellationToken);
        KeyBytes.Return(rented);
        return read;
    }

    /// <inheritdoc cref="TryGetAsync(string, IBufferWriter{byte}, Freshness, CancellationToken)"/>
    public ValueTask<bool> TryGetAsync(
        ReadOnlyMemory<byte> key,
        IBufferWriter<byte> destination,
        Freshness freshness = Freshness.Near,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        KeyBytes.CheckLength(key.Length, nameof(key));
        return ReadToAsync(key.Span, destination, freshness, cancellationToken);
    }

    /// <summary>Gets the value of a key in memory of its own.</summary>
    /// <param name="key">The key.</param>
    /// <param name="freshness">Whether a near copy may answer.</param>
    /// <param name="cancellationToken">A token to stop waiting. A read that others wait for goes on.</param>
    /// <returns>The value and its version, or the answer that the key has none.</returns>
    /// <remarks>A near hit completes synchronously, and allocates the memory of the value:
    /// <see cref="TryGetAsync(string, IBufferWriter{byte}, Freshness, CancellationToken)"/> does not. Concurrent misses
    /// of one key ask the engine once, and share the memory.</remarks>
    /// <inheritdoc cref="TryGetAsync(string, IBufferWriter{byte}, Freshness, CancellationToken)" path="/exception"/>
    public ValueTask<NearBytesResult> GetAsync(
        string key, Freshness freshness = Freshness.Near, CancellationToken cancellationToken = default)
    {
        ReadOnlySpan<byte> bytes = KeyBytes.Encode(
            key, stackalloc byte[KeyBytes.LongestOnStack], out byte[]? rented);
        ValueTask<NearBytesResult> read = ReadAsync(bytes, freshness, cancellationToken);
        KeyBytes.Return(rented);
        return read;
    }

    /// <inheritdoc cref="GetAsync(string, Freshness, CancellationToken)"/>
    public ValueTask<NearBytesResult> GetAsync(
        ReadOnlyMemory<byte> key,
        Freshness freshness = Freshness.Near,
        CancellationToken cancellationToken = default)
    {
        KeyBytes.CheckLength(key.Length, nameof(key));
        return ReadAsync(key.Span, freshness, cancellationToken);
    }

    /// <summary>Gets the values of many keys: near copies first, and the rest from the engine in one trip per node,
    /// or two if values expire. All nodes are asked at the same time.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="cancellationToken">A token to stop waiting.</param>
    /// <returns>What was found, at the positions of the keys.</returns>
    /// <remarks>Each key is read as by <see cref="GetAsync(string, Freshness, CancellationToken)"/>; the values are not
    /// of one instant.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="keys"/> or one of the keys is null.</exception>
    /// <exception cref="ArgumentException">A key has more than <see cref="MaxKeyBytes"/> bytes, or an unpaired
    /// surrogate.</exception>
    /// <exception cref="NearFormatException">The engine holds other bytes under one of the keys.</exception>
    /// <exception cref="RedisException">The engine cannot be reached or refuses the command.</exception>
    /// <exception cref="TimeoutException">The engine did not answer within
    /// <see cref="NearMapOptions.OperationTimeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public async ValueTask<NearBytesResult[]> GetManyAsync(
        IReadOnlyList<string> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ThrowIfDisposed();
        NearBytesResult[] results = new NearBytesResult[keys.Count];
        List<int> missing = [];
        List<byte[]> engineKeys = [];
        for (int index = 0; index < results.Length; index++)
        {
            byte[] engineKey = EngineKeyOf(keys[index]);
            if (!TryGetCopy(_core.Engine.Keys.KeyOf(engineKey), out results[index]))
            {
                missing.Add(index);
                engineKeys.Add(engineKey);
            }
        }

        if (missing.Count > 0)
        {
            NearBytesResult[] read =
                await _core.GetManyThroughAsync([.. engineKeys], cancellationToken).ConfigureAwait(false);
            for (int position = 0; position < read.Length; position++)
            {
                results[missing[position]] = read[position];
            }
        }

        return results;
    }

    private ValueTask<bool> ReadToAsync(
        ReadOnlySpan<byte> key,
        IBufferWriter<byte> destination,
        Freshness freshness,
        CancellationToken cancellationToken)
    {
        if (freshness == Freshness.Near && TryCopy(key, destination, out NearVersion version))
        {
            return new ValueTask<bool>(version != NearVersion.None);
        }

        ThrowIfDisposed();
        return new ValueTask<bool>(WriteResultAsync(
            _core.GetAsync(_core.Engine.Keys.Encode(key), freshness, cancellationToken), destination));
    }

    private static async Task<bool> WriteResultAsync(Task<NearBytesResult> read, IBufferWriter<byte> destination)
    {
        NearBytesResult result = await read.ConfigureAwait(false);
        destination.Write(result.Value.Span);
        return result.Found;
    }

    private ValueTask<NearBytesResult> ReadAsync(
        ReadOnlySpan<byte> key, Freshness freshness, CancellationToken cancellationToken)
    {
        if (freshness == Freshness.Near && TryGetCopy(key, out NearBytesResult copy))
        {
            return new ValueTask<NearBytesResult>(copy);
        }

        ThrowIfDisposed();
        return new ValueTask<NearBytesResult>(
            _core.GetAsync(_core.Engine.Keys.Encode(key), freshness, cancellationToken));
    }

    /// <summary>Gets the near copy of a key in memory of its own, also of one that has no value.</summary>
    private bool TryGetCopy(ReadOnlySpan<byte> key, out NearBytesResult copy)
    {
        ArrayBufferWriter<byte> value = new();
        bool isCopy = TryCopy(key, value, out NearVersion version);
        copy = isCopy
            ? new NearBytesResult(version != NearVersion.None, value.WrittenMemory, version, IsNear: true)
            : default;
        return isCopy;
    }

    /// <summary>Writes the near copy of a key to a buffer writer, also of one that has no value.</summary>
    private bool TryCopy(ReadOnlySpan<byte> key, IBufferWriter<byte> destination, out NearVersion version)
    {
        // The lease first: an invalidation that was handled before it was granted is then seen.
        int epoch = _lease.LiveEpoch;
        if (epoch == 0 || !_copies.TryRead(key, epoch, destination, out int length, out version))
        {
            version = NearVersion.None;
            return false;
        }

        _counters.Hit();
        if (length > 0)
        {
            destination.Advance(length);
        }

        return true;
    }
}
