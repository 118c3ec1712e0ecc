using System.Diagnostics.CodeAnalysis;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Snapshots;
using FastShardMap.Text;

namespace FastShardMap;

/// <summary>An entry of a <see cref="TextShardMap{TValue}"/>.</summary>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>The entry of a map is a copy that is valid until the next move of its enumerator. The entry of a snapshot
/// refers to the memory of the snapshot and is valid until the snapshot is disposed.</remarks>
[SuppressMessage(
    "Performance",
    "CA1815:Override equals and operator equals on value types",
    Justification = "An entry is a view of one step of an enumeration.")]
public readonly ref struct TextEntry<TValue>
    where TValue : unmanaged
{
    private readonly RecordKey _key;
    private readonly ReadOnlySpan<byte> _longKey;
    private readonly SnapshotState? _state;

    internal TextEntry(
        RecordKey key, ReadOnlySpan<byte> longKey, TValue value, SnapshotState? state = null)
    {
        _key = key;
        _longKey = longKey;
        Value = value;
        _state = state;
    }

    /// <summary>The key in UTF-8. Lone surrogates have three bytes each, as in WTF-8.</summary>
    /// <exception cref="ObjectDisposedException">The entry is that of a snapshot, which is disposed. A span that was
    /// returned before cannot be detected in this way; its memory may have other contents.</exception>
    [UnscopedRef]
    public ReadOnlySpan<byte> Utf8Key
    {
        get
        {
            KeyOutput.ThrowIfDisposed(_state, "TextSnapshot");
            return _key.IsLong ? _longKey : KeyOutput.InlineBytes(in _key);
        }
    }

    /// <summary>The value.</summary>
    public TValue Value { get; }

    /// <summary>Returns the key as a new string. Bytes that are not UTF-8 become U+FFFD; only a key that was passed as
    /// bytes can have such bytes.</summary>
    /// <returns>The key.</returns>
    /// <exception cref="ObjectDisposedException">The entry is that of a snapshot, which is disposed.</exception>
    public string KeyToString() => KeyOutput.StringOf(Utf8Key, _state, "TextSnapshot");

    /// <summary>Copies the key as text, without an allocation.</summary>
    /// <param name="destination">Receives the characters.</param>
    /// <returns>The number of characters.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short; nothing is copied. The message
    /// tells the length that is needed.</exception>
    /// <exception cref="ObjectDisposedException">The entry is that of a snapshot, which is disposed.</exception>
    public int CopyKeyTo(Span<char> destination) =>
        KeyOutput.CopyText(Utf8Key, destination, nameof(destination), _state, "TextSnapshot");
}
