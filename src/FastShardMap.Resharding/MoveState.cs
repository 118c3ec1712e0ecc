namespace FastShardMap.Resharding;

/// <summary>How far a move of slots from one server to another has come.</summary>
public enum MoveState
{
    /// <summary>Nothing has happened yet. The old owner serves reads and writes.</summary>
    Planned,

    /// <summary>The old owner serves reads and writes, and logs the key of each write. The data is being
    /// copied.</summary>
    Copying,

    /// <summary>As <see cref="Copying"/>; each write also goes to the new owner before it completes.</summary>
    DoubleWrite,

    /// <summary>As <see cref="DoubleWrite"/>; both copies are being compared.</summary>
    Verifying,

    /// <summary>As <see cref="DoubleWrite"/>; a percentage of the keys is read from the new owner.</summary>
    Cutover,

    /// <summary>The new owner serves reads and writes; each write also goes to the old owner before it completes, so
    /// that the move can still be rolled back.</summary>
    Draining,

    /// <summary>The new owner serves reads and writes. The old owner's copies are being deleted.</summary>
    Cleaning,

    /// <summary>The old owner serves reads and writes. The new owner's copies are being deleted.</summary>
    RollingBack,
}
