namespace FastShardMap;

/// <summary>What became of a write that was given a time limit or a token.</summary>
public enum DeadlineResult
{
    /// <summary>The write was performed.</summary>
    Done,

    /// <summary>The write was not performed, for the reason that the form without a limit returns false for: the key is
    /// present, absent, or has another value.</summary>
    NotApplicable,

    /// <summary>The time was up before the shard's lock could be had. The map is unchanged, and the write will not
    /// happen.</summary>
    TimedOut,

    /// <summary>The token was cancelled before the shard's lock could be had. The map is unchanged, and the write will
    /// not happen.</summary>
    Cancelled,
}
