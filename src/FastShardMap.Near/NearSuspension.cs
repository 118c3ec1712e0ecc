namespace FastShardMap.Near;

/// <summary>Why a near map serves no near copies.</summary>
public enum NearSuspension
{
    /// <summary>It serves them.</summary>
    None = 0,

    /// <summary>It connects to the nodes of the engine, for the first time or again.</summary>
    Connecting = 1,

    /// <summary>A connection that brings invalidations has failed or was replaced, so some may be lost.</summary>
    ConnectionLost = 2,

    /// <summary>The last heartbeat that came back is older than <see cref="NearMapOptions.MaxStaleness"/>. Near copies
    /// are kept, because no invalidation is lost.</summary>
    LeaseExpired = 3,

    /// <summary>The primaries of the engine, or the slots that they own, have changed.</summary>
    TopologyChanged = 4,

    /// <summary>The engine has refused a command that the near map needs.</summary>
    Refused = 5,

    /// <summary>The near map is disposed.</summary>
    Disposed = 6,

    /// <summary>The map has begun as many epochs as it can number, more than eight million: so often have invalidations
    /// been lost, or slots moved between servers. Every further read goes to the engine. Another map of the same prefix
    /// can take its place.</summary>
    EpochsUsedUp = 7,
}
