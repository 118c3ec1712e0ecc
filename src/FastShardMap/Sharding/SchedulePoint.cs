using System.Diagnostics;

namespace FastShardMap.Sharding;

/// <summary>
/// The places where another thread's steps can matter: before each access to a shared word. In a build with the
/// constant FASTSHARDMAP_SCHEDULED a test scheduler takes control there; in the package the calls do not exist.
/// </summary>
internal static class SchedulePoint
{
    /// <summary>Called by the thread that is about to take the step.</summary>
    public static Action<string>? Reached { get; set; }

    [Conditional("FASTSHARDMAP_SCHEDULED")]
    public static void Before(string step) => Reached?.Invoke(step);
}
