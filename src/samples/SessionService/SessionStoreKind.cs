namespace SessionService;

/// <summary>What keeps the sessions.</summary>
internal enum SessionStoreKind
{
    ShardMap,
    ConcurrentDictionary,
}
