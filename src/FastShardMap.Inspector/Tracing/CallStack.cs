namespace FastShardMap.Inspector.Tracing;

/// <summary>The calls that led to an event.</summary>
/// <param name="Frames">The methods, innermost first, without those of the event and of the lock.</param>
/// <param name="CallSite">The first method of the program's own code; empty if it is unknown.</param>
internal sealed record CallStack(IReadOnlyList<string> Frames, string CallSite)
{
    public static readonly CallStack Unknown = new([], string.Empty);
}
