namespace SessionService;

/// <summary>A session. It has no references, so the map stores it in unmanaged memory.</summary>
/// <param name="User">The number of the user.</param>
/// <param name="CreatedTicks">The time of its creation, in UTC.</param>
/// <param name="SeenTicks">The time of its last request, in UTC.</param>
/// <param name="Requests">The number of its requests.</param>
internal readonly record struct Session(long User, long CreatedTicks, long SeenTicks, int Requests)
{
    public Session Seen(long ticks) => this with { SeenTicks = ticks, Requests = Requests + 1 };
}
