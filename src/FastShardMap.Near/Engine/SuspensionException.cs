namespace FastShardMap.Near.Engine;

/// <summary>The stream of invalidations of a node cannot be relied on any more.</summary>
internal sealed class SuspensionException(NearSuspension reason, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public NearSuspension Reason { get; } = reason;
}
