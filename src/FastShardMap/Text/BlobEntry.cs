using System.Diagnostics.CodeAnalysis;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Snapshots;
using FastShardMap.Text;

namespace FastShardMap;

/// <summary>An entry of a <see cref="BlobShardMap"/>.</summary>
/// <remarks>The entry of a map is a copy that is valid until the next move of its enumerator. The entry of a snapshot
/// refers to the memory of the snapshot and is valid until the snapshot is disposed.</remarks>
[SuppressMessage(
    "Performance",
    "CA1815:Override equals and operator equals on value types",
    Justification = "An entry is a view of one step of an enumeration.")]
public readonly ref struct BlobEntry
{
    private readonly RecordKey _key;
    private readonly ReadOnlySpan<byte> _longKey;
    private readonly ReadOnlySpan<byte> _value;
    private readonly SnapshotState? _state;

    internal BlobEntry(
        RecordKey key,
        ReadOnlySpan<byte> longKey,
        ReadOnlySpan<byte> value,
        long version,
        SnapshotState? state = null)
    {
        _key = key;
        _longKey = longKey;
        _value = value;
        Version = version;
        _state = state;
    }

    /// <summary>The key in UTF-8, or the bytes that were passed as the key. Lone surrogates have three bytes each, as
    /// in WTF-8.</summary>
    /// <exception cref="ObjectDisposedException">The entry is that of a snapshot, which is disposed. A span that was
    /// returned before cannot be detected in this way; its memory may have other contents.</exception>
    [UnscopedRef]
    public ReadOnlySpan<byte> Utf8Key
    {
        get
        {
            ThrowIfDisposed();
            return _key.IsLong ? _longKey : KeyOutput.InlineBytes(in _key);
        }
    }

    /// <summary>The bytes of the value.</summary>
    /// <inheritdoc cref="Utf8Key" path="/exception"/>
    public ReadOnlySpan<byte> Value
    {
        get
        {
            ThrowIfDisposed();
            return _value;
        }
    }

    /// <summary>The version of the value, for <c>TryUpdate</c> and <c>TryRemove</c> of the map.</summary>
    public long Version { get; }

    /// <summary>Returns the key as a new string. Bytes that are not UTF-8 become U+FFFD; only a key that was passed as
    /// bytes can have such bytes.</summary>
    /// <returns>The key.</returns>
    /// <exception cref="ObjectDisposedException">The entry is that of a snapshot, which is disposed.</exception>
    public string KeyToString() => KeyOutput.StringOf(Utf8Key, _state, nameof(BlobSnapshot));

    /// <summary>Copies the key as text, without an allocation.</summary>
    /// <param name="destination">Receives the characters.</param>
    /// <returns>The number of characters.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short; nothing is copied. The message
    /// tells the length that is needed.</exception>
    /// <exception cref="ObjectDisposedException">The entry is that of a snapshot, which is disposed.</exception>
    public int CopyKeyTo(Span<char> destination) =>
        KeyOutput.CopyText(Utf8Key, destination, nameof(destination), _state, nameof(BlobSnapshot));

    private void ThrowIfDisposed() => KeyOutput.ThrowIfDisposed(_state, nameof(BlobSnapshot));
}
