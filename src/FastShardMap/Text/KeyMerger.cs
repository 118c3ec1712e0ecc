namespace FastShardMap.Text;

/// <summary>Decides conflicts of a merge by a delegate.</summary>
internal readonly struct KeyMerger<TValue>(Func<ReadOnlySpan<byte>, TValue, TValue, TValue> conflict)
    : IValueMerger<ReadOnlySpan<byte>, TValue>
{
    private readonly Func<ReadOnlySpan<byte>, TValue, TValue, TValue> _conflict = conflict;

    public void Merge(ReadOnlySpan<byte> key, ref TValue value, TValue other) => value = _conflict(key, value, other);
}
