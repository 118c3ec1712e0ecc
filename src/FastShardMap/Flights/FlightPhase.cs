namespace FastShardMap.Flights;

/// <summary>What a caller finds when it comes to a flight.</summary>
internal enum FlightPhase
{
    /// <summary>The value is being created, and the caller now waits for it.</summary>
    Joined,

    /// <summary>The value is being stored. The caller looks for the key when that is done: if the value was stored and
    /// removed before the call began, the call must not return it.</summary>
    Landing,

    /// <summary>The flight has ended, or all its callers have gone.</summary>
    Over,
}
