namespace FastShardMap;

/// <summary>Decides the value of a key that both maps have when one map is merged into another. This is the struct form
/// of a delegate.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
public interface IValueMerger<TKey, TValue>
    where TKey : allows ref struct
{
    /// <summary>Combines two values into one. Runs once, under the lock of the shard that is written to.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">A copy of the value of the map. It is stored when the method returns, and discarded if the
    /// method throws.</param>
    /// <param name="other">The value of the other map.</param>
    void Merge(TKey key, ref TValue value, TValue other);
}
