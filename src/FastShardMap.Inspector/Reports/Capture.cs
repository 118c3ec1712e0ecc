using FastShardMap.Inspector.Rendering;

namespace FastShardMap.Inspector.Reports;

/// <summary>When a target was as it is shown.</summary>
/// <param name="Time">UTC.</param>
/// <param name="IsLive">Now, and not when the dump was written.</param>
internal sealed record Capture(DateTime Time, bool IsLive)
{
    /// <summary>A dump says nothing of its time: its file's last change is when it was complete, unless a copy has lost that.</summary>
    public string Text => IsLive ? $"seen live at {Output.Time(Time)}" : $"dump of {Output.Time(Time)} (the file's time)";

    public static Capture Of(string dumpOrProcess) => File.Exists(dumpOrProcess)
        ? new Capture(File.GetLastWriteTimeUtc(dumpOrProcess), IsLive: false)
        : new Capture(DateTime.UtcNow, IsLive: true);
}
