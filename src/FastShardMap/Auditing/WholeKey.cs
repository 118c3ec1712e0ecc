namespace FastShardMap.Auditing;

/// <summary>Keeps keys of a fixed size as they are.</summary>
internal readonly struct WholeKey<TKey> : IKeptForm<TKey, TKey>
{
    public TKey Keep(TKey key, ulong hash) => key;
}
