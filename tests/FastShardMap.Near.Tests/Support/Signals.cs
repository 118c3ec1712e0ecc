using System.Diagnostics;
using System.Globalization;

namespace FastShardMap.Near.Tests.Support;

/// <summary>Signals of Unix that .NET does not send.</summary>
internal static class Signals
{
    /// <param name="process">A process that this process has started.</param>
    /// <param name="name">The name without SIG.</param>
    public static void Send(Process process, string name)
    {
        using Process kill = Process.Start(
            "kill", [$"-{name}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
