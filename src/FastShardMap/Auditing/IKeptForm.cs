namespace FastShardMap.Auditing;

/// <summary>How an audit keeps the keys of a map.</summary>
/// <typeparam name="TKey">The type of the map's keys.</typeparam>
/// <typeparam name="TKept">The type that the audit keeps.</typeparam>
internal interface IKeptForm<TKey, TKept>
{
    /// <summary>Makes what is kept of a key.</summary>
    /// <param name="key">The key, as an operation presents it.</param>
    /// <param name="hash">Its hash.</param>
    TKept Keep(TKey key, ulong hash);
}
