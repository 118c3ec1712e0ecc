namespace FastShardMap.Text;

/// <summary>Decides conflicts of a merge in favor of the other map.</summary>
internal readonly struct KeyOverwrite<TValue> : IValueMerger<ReadOnlySpan<byte>, TValue>
{
    public void Merge(ReadOnlySpan<byte> key, ref TValue value, TValue other) => value = other;
}
