namespace FastShardMap.Sharding;

/// <summary>What a lock-free reader has found in one group, or in a whole table.</summary>
internal enum ProbeResult
{
    /// <summary>The key is not here, nor in a later group.</summary>
    Miss,

    /// <summary>The key is not here; the probe goes on.</summary>
    Passed,

    /// <summary>The key and its value.</summary>
    Hit,

    /// <summary>A writer interfered: the answer is not known.</summary>
    Conflict,
}
