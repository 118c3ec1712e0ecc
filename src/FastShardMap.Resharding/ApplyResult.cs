namespace FastShardMap.Resharding;

/// <summary>What became of a snapshot that was sent to the follower.</summary>
internal enum ApplyResult
{
    /// <summary>The follower has it, or a later one.</summary>
    Done,

    /// <summary>The follower's fence has another value: the move has gone on without this caller.</summary>
    Fenced,

    /// <summary>Other writes to the slot were always faster.</summary>
    Busy,
}
