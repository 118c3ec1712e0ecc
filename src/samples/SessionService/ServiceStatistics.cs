namespace SessionService;

/// <summary>What the load client asks about the process.</summary>
internal sealed record ServiceStatistics(
    long Sessions, double GcPauseSeconds, int Generation2Collections, long WorkingSet)
{
    public static ServiceStatistics Take(ISessionStore sessions) => new(
        sessions.Count, GC.GetTotalPauseDuration().TotalSeconds, GC.CollectionCount(2), Environment.WorkingSet);
}
