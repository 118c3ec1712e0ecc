using System.Diagnostics.CodeAnalysis;
using FastShardMap.Layout;
using FastShardMap.Snapshots;
using FastShardMap.Text;

namespace FastShardMap;

/// <summary>An entry of a <see cref="BytesShardMap{TValue}"/>.</summary>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>The entry of a map is a copy that is valid until the next move of its enumerator. The entry of a snapshot
/// refers to the memory of the snapshot and is valid until the snapshot is disposed.</remarks>
[SuppressMessage(
    "Performance",
    "CA1815:Override equals and operator equals on value types",
    Justification = "An entry is a view of one step of an enumeration.")]
public readonly ref struct BytesEntry<TValue>
    where TValue : unmanaged
{
    private readonly RecordKey _key;
    private readonly ReadOnlySpan<byte> _longKey;
    private readonly SnapshotState? _state;

    internal BytesEntry(
        RecordKey key, ReadOnlySpan<byte> longKey, TValue value, SnapshotState? state = null)
    {
        _key = key;
        _longKey = longKey;
        Value = value;
        _state = state;
    }

    /// <summary>The key.</summary>
    /// <exception cref="ObjectDisposedException">The entry is that of a snapshot, which is disposed. A span that was
    /// returned before cannot be detected in this way; its memory may have other contents.</exception>
    [UnscopedRef]
    public ReadOnlySpan<byte> Key
    {
        get
        {
            KeyOutput.ThrowIfDisposed(_state, "BytesSnapshot");
            return _key.IsLong ? _longKey : KeyOutput.InlineBytes(in _key);
        }
    }

    /// <summary>The value.</summary>
    public TValue Value { get; }

    // The array is only returned if the snapshot was not disposed while it was filled.
    internal byte[] KeyToArray()
    {
        byte[] key = Key.ToArray();
        KeyOutput.ThrowIfDisposed(_state, "BytesSnapshot");
        return key;
    }
}
