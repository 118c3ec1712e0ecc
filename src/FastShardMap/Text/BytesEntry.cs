using System.Diagnostics.CodeAnalysis;
using FastShardMap.Layout;
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

    internal BytesEntry(RecordKey key, ReadOnlySpan<byte> longKey, TValue value)
    {
        _key = key;
        _longKey = longKey;
        Value = value;
    }

    /// <summary>The key.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Key => _key.IsLong ? _longKey : KeyOutput.InlineBytes(in _key);

    /// <summary>The value.</summary>
    public TValue Value { get; }
}
