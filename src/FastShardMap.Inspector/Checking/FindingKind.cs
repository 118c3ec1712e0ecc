namespace FastShardMap.Inspector.Checking;

/// <summary>How bad a finding is.</summary>
internal enum FindingKind
{
    /// <summary>Worth knowing, and no fault: a check that could not be made, or a write under way.</summary>
    Note,

    /// <summary>The native memory contradicts itself.</summary>
    Error,
}
