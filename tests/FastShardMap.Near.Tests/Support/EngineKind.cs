namespace FastShardMap.Near.Tests.Support;

/// <summary>Which engine a test uses, and how its near maps learn of changes.</summary>
public enum EngineKind
{
    /// <summary>Garnet in this process; writers publish.</summary>
    Garnet,

    /// <summary>Three nodes of Garnet in this process; writers publish.</summary>
    GarnetCluster,

    /// <summary>An installed Redis, which tells of changes.</summary>
    RedisTracking,

    /// <summary>An installed Redis; writers publish.</summary>
    RedisPublished,
}
