namespace FastShardMap.Memory;

/// <summary>What lies at a path.</summary>
internal enum FileKind
{
    Regular,
    Directory,
    Link,
    Fifo,
    Socket,
    CharacterDevice,
    BlockDevice,
    Other,
}
