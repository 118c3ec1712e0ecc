namespace FastShardMap.Inspector.Checking;

/// <summary>The severity of a finding.</summary>
internal enum FindingKind
{
    /// <summary>Information, not a fault: a check that could not be performed, or a write in progress.</summary>
    Note,

    /// <summary>The native memory is inconsistent.</summary>
    Error,
}
