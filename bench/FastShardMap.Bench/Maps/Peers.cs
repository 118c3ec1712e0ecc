namespace FastShardMap.Bench.Maps;

/// <summary>The maps that several threads can write to, by the names the command line gives them.</summary>
internal static class Peers
{
    public const string Ours = "shardmap";
    public const string Theirs = "concurrent";

    public static readonly string[] Names = [Ours, Theirs, "striped", "rwlock", "lock", "immutable"];

    public static TResult Visit<TResult>(string name, IPeerVisitor<TResult> visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return name switch
        {
            Ours => visitor.Visit<ShardMapAdapter<ulong, ulong>>(),
            Theirs => visitor.Visit<ConcurrentDictionaryMap<ulong, ulong>>(),
            "striped" => visitor.Visit<StripedDictionaryMap<ulong, ulong>>(),
            "rwlock" => visitor.Visit<RwLockedDictionaryMap<ulong, ulong>>(),
            "lock" => visitor.Visit<LockedDictionaryMap<ulong, ulong>>(),
            "immutable" => visitor.Visit<ImmutableDictionaryMap<ulong, ulong>>(),
            _ => throw new ArgumentException($"No map is called '{name}'.", nameof(name)),
        };
    }
}
