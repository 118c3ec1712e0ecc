namespace FastShardMap.Memory;

/// <summary>The kind of object at a path.</summary>
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
