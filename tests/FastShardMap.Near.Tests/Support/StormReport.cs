namespace FastShardMap.Near.Tests.Support;

/// <summary>What a client process of a storm has seen.</summary>
/// <param name="IsLive">Whether its near map serves copies.</param>
/// <param name="Suspensions">How often the map became suspended.</param>
/// <param name="Misses">Reads that asked the engine.</param>
/// <param name="Reads">Reads that ended with an answer.</param>
/// <param name="Hits">Those that a near copy answered.</param>
/// <param name="Failed">Reads that ended with an exception.</param>
/// <param name="Beyond">Answers that were staler than the bound.</param>
/// <param name="Stalest">The highest staleness of an answer, in milliseconds.</param>
/// <param name="EndedByEach">The reads that the slowest of the readers has ended, in whatever way.</param>
/// <param name="Faults">The first exception of each type, as a log would show it.</param>
internal sealed record StormReport(
    bool IsLive,
    long Suspensions,
    long Misses,
    long Reads,
    long Hits,
    long Failed,
    long Beyond,
    double Stalest,
    long EndedByEach,
    string[] Faults);
