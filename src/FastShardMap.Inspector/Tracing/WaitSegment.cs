namespace FastShardMap.Inspector.Tracing;

/// <summary>
/// A period in which one thread waited for one owner of one lock. A wait has several periods if the lock went to other
/// threads first.
/// </summary>
internal sealed record WaitSegment(
    int Waiter, int Owner, ulong Map, int Shard, TimeSpan Start, TimeSpan End, CallStack Stack)
{
    public TimeSpan Duration => End - Start;
}
