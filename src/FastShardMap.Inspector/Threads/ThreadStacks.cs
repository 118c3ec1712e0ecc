using FastShardMap.Inspector.Targets;
using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Threads;

/// <summary>The stacks of managed threads, by the ids in lock words.</summary>
internal static class ThreadStacks
{
    private const int MaxFrames = 64;

    /// <summary>The thread with an id; null if it has ended, or if the runtime cannot be read.</summary>
    public static ClrThread? Find(ClrRuntime? runtime, int managedId) =>
        runtime?.Threads.FirstOrDefault(thread => thread.ManagedThreadId == managedId);

    /// <summary>The methods of a stack, innermost first.</summary>
    public static List<string> FramesOf(ClrThread thread)
    {
        using IDisposable? patience = Isolation.LimitPatience();
        List<string> frames = [];
        try
        {
            foreach (ClrStackFrame frame in thread.EnumerateStackTrace(includeContext: false, MaxFrames))
            {
                if (frame.Method is not null)
                {
                    frames.Add(Describe(frame));
                }
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            frames.Add($"(the stack cannot be read: {exception.Message})");
        }

        return frames;
    }

    public static string Describe(ClrStackFrame frame) => frame.Method is { } method
        ? $"{method.Type?.Name}.{method.Name}"
        : frame.FrameName ?? "native code";
}
