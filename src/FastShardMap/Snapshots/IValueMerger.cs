namespace FastShardMap;

/// <summary>Decides about a key that two maps have, when one is merged into the other: the struct form of a
/// delegate.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public interface IValueMerger<TKey, TValue>
{
    /// <summary>Makes one value of two. Runs once, under the lock of the shard that is written to.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">A copy of the value that the map has; stored on return, dropped on an exception.</param>
    /// <param name="other">The value of the other map.</param>
    void Merge(TKey key, ref TValue value, TValue other);
}
