namespace FastShardMap;

/// <summary>The result of a write that has a time limit or a token.</summary>
public enum DeadlineResult
{
    /// <summary>The write was performed.</summary>
    Done,

    /// <summary>The write was not performed, for the reason for which the form without a limit returns
    /// <see langword="false"/>: the key is present, is absent, or has another value.</summary>
    NotApplicable,

    /// <summary>The time was up before the shard's lock could be taken. The map is unchanged, and the write will not
    /// happen.</summary>
    TimedOut,

    /// <summary>The token was canceled before the shard's lock could be taken. The map is unchanged, and the write will
    /// not happen.</summary>
    Canceled,
}
