namespace FastShardMap.Inspector.Tracing;

/// <summary>The calls that led to an event.</summary>
/// <param name="Frames">Methods from the innermost out, without those of the event and of the lock.</param>
/// <param name="CallSite">The first of them that the program's author has written; empty if nothing is known.</param>
internal sealed record CallStack(IReadOnlyList<string> Frames, string CallSite)
{
    public static readonly CallStack Unknown = new([], string.Empty);
}
