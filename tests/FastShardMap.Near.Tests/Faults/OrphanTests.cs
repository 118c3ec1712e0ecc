using System.Diagnostics;
using FastShardMap.Near.Tests.Support;

namespace FastShardMap.Near.Tests.Faults;

/// <summary>Servers of these tests end with the process that runs the tests.</summary>
public class OrphanTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Process_WhoseStarterEnds_EndsToo()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The servers are only started on Linux.");
        using Process guarded = Process.Start("sleep", "600");
        using Process other = Process.Start("sleep", "600");
        try
        {
            using OrphanGuard guard = OrphanGuard.Of(guarded);
            using (OrphanGuard.Of(other))
            {
                Assert.False(guarded.HasExited);
            }

            await guard.EndInputAsync();
            await guarded.WaitForExitAsync(Token);

            // A guard that is disposed ends nothing.
            Assert.False(other.HasExited);
        }
        finally
        {
            guarded.Kill();
            other.Kill();
        }
    }
}
