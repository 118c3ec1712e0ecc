using System.Globalization;
using System.Text.RegularExpressions;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Stress;

/// <summary>
/// Races of Dispose, the finalizer and operations where every few allocations collect: <c>DOTNET_GCStress</c>.
/// </summary>
public sealed partial class GCStressTests
{
    [Fact]
    [Trait("Category", "Heavy")]
    public void DisposeAndFinalizeRaces_CollectingAllTheTime_AreSound()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs a shell.");
        (int exitCode, string output) = ChildProcess.RunDotnet(
            "export DOTNET_GCStress=1",
            "FastShardMap.Stress.dll",
            "--duration",
            "2s",
            "--threads",
            "3",
            "--test",
            "drop,lifetime",
            "--hang",
            "120");

        Assert.True(exitCode == 0, output);
        Match collections = Collections().Match(output);
        Assert.True(collections.Success, output);
        Assert.SkipUnless(
            int.Parse(collections.Groups[1].Value, CultureInfo.InvariantCulture) > 1000,
            "This runtime does not know DOTNET_GCStress.");
    }

    [GeneratedRegex(@"^(\d+) garbage collections", RegexOptions.Multiline)]
    private static partial Regex Collections();
}
