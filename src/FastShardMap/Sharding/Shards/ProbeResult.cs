namespace FastShardMap.Sharding;

/// <summary>The result of a lock-free search in one group, or in a whole table.</summary>
internal enum ProbeResult
{
    /// <summary>The key is neither here nor in a later group.</summary>
    Miss,

    /// <summary>The key is not here; the search continues with the next group.</summary>
    Passed,

    /// <summary>The key was found, and its value was read.</summary>
    Hit,

    /// <summary>A writer interfered, so the result is unknown.</summary>
    Conflict,
}
