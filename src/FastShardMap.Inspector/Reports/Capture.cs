using FastShardMap.Inspector.Rendering;

namespace FastShardMap.Inspector.Reports;

/// <summary>The time at which a target was in the state that is shown.</summary>
/// <param name="Time">The time, UTC.</param>
/// <param name="IsLive">Whether the target is a live process, and not a dump.</param>
internal sealed record Capture(DateTime Time, bool IsLive)
{
    /// <summary>
    /// A dump does not record its time. The last change of its file is the time at which it was complete, unless
    /// copying the file changed that.
    /// </summary>
    public string Text =>
        IsLive ? $"seen live at {Output.Time(Time)}" : $"dump of {Output.Time(Time)} (the file's time)";

    public static Capture Of(string dumpOrProcess) => File.Exists(dumpOrProcess)
        ? new Capture(File.GetLastWriteTimeUtc(dumpOrProcess), IsLive: false)
        : new Capture(DateTime.UtcNow, IsLive: true);
}
