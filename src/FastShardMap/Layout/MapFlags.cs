namespace FastShardMap.Layout;

/// <summary>The options of a map that its header records.</summary>
[Flags]
internal enum MapFlags : uint
{
    None = 0,
    HugePages = 1,
    Prefault = 2,
    MigratesInBackground = 4,
}
