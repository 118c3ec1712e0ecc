namespace FastShardMap.Bench.Suites;

/// <summary>Who looks on while a map works.</summary>
public enum Observation
{
    /// <summary>Nobody, and the map has no name to be looked at by.</summary>
    Unnamed,

    /// <summary>Nobody, but the map has a name, and so metrics.</summary>
    Named,

    /// <summary>
    /// A meter listener that collects every metric once a second, and an event listener for every event.
    /// </summary>
    Observed,
}
