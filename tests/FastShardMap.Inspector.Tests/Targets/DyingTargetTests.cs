using System.Globalization;
using FastShardMap.Inspector.Targets;

namespace FastShardMap.Inspector.Tests.Targets;

/// <summary>
/// Processes that are killed while the tool reads them: a message and an exit code, and never a stack trace. Every
/// command runs 20 times against processes that are killed at random moments, or as often as FSMAP_TEST_DEATHS says.
/// Heavy: needs ptrace.
/// </summary>
[Trait("Category", "Heavy")]
public sealed class DyingTargetTests
{
    private const int DefaultDeaths = 20;

    /// <summary>Longer than any of these commands takes on an idle machine: some processes outlive theirs.</summary>
    private const int LongestMilliseconds = 2_000;

    public static TheoryData<string> Steps => new(TestPause.Steps);

    [Theory]
    [InlineData("list")]
    [InlineData("check")]
    [InlineData("show", "7f00")]
    [InlineData("dump")]
    public void Kill_AtARandomMoment_IsSaidWithACode(string command, params string[] rest)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Uses ptrace of Linux.");
        int deaths = int.TryParse(
            Environment.GetEnvironmentVariable("FSMAP_TEST_DEATHS"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int wanted)
            ? wanted
            : DefaultDeaths;
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        Random random = new(seed);
        int[] delays = [.. Enumerable.Range(0, deaths).Select(_ => random.Next(LongestMilliseconds))];
        int[] codes = new int[deaths];
        Parallel.For(0, deaths, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            using OtherProcess process = new("holders");
            string file = Path.Combine(Path.GetTempPath(), $"fsmap-dying-{Guid.NewGuid():N}.dmp");
            string[] arguments = command == "dump"
                ? [command, process.IdText, "-o", file]
                : [command, process.IdText, .. rest];
            using Timer killer = new(_ => process.Kill(), null, delays[i], Timeout.Infinite);
            (int code, _, string errors) = SpecimenProcess.RunProcess(SpecimenProcess.ToolCommand(arguments));
            File.Delete(file);
            codes[i] = code;
            AssertSaid(code, errors);
        });
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Join(", ", codes.CountBy(code => code).Select(group => $"{group.Value} × code {group.Key}")));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Kill_AtEveryStep_IsSaidWithACode(string step)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Uses ptrace of Linux.");
        using OtherProcess process = new("holders");
        using PausedTool tool = new(step, "check", process.IdText);
        process.Kill();

        // The step lasts ten minutes. From where the tool watches, it ends without waiting for that; before, the test
        // ends it.
        bool isWatched = step is not (TestPause.Starting or TestPause.Started or TestPause.Opening);
        if (isWatched)
        {
            (int code, string text, string errors) = tool.End();
            Assert.Equal(
                (
                    ExitCode.TargetEnded,
                    $"fsmap: Process {process.Id} ended while it was being read, so there is no result.\n"),
                (code, errors));
            Assert.DoesNotContain("BROKEN", text, StringComparison.Ordinal);
        }
        else
        {
            Commands.OperatorTests.Kill("TERM", tool.Id);
            Assert.Equal((143, "fsmap: interrupted\n"), (tool.End().Code, tool.End().Errors));
        }
    }

    /// <summary>
    /// The reading process itself crashes, as the runtime's reader does on damaged data; its own story is not told.
    /// </summary>
    [Fact]
    public void Crash_OfTheReader_IsSaidWithoutItsStack()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Uses ptrace of Linux.");
        using OtherProcess process = new("holders");
        (int code, string text, string errors) = SpecimenProcess.RunProcess(
            [
                "/usr/bin/env",
                $"{TestPause.Variable}={TestPause.Searching}={TestPause.Crash}",
                .. SpecimenProcess.ToolCommand("list", process.IdText),
            ]);

        Assert.Equal((ExitCode.Failed, string.Empty), (code, text));
        Assert.Equal(
            [
                "fsmap: the runtime's data is damaged, and reading it crashed. Continuing without it.",
                "fsmap: The reading process crashed.",
            ],
            errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        process.AssertRuns();
    }

    /// <summary>The number of a map is no process id, so that no process has ended.</summary>
    [Fact]
    public void Crash_OnADumpWithTheNumberOfAMap_SaysNothingOfAProcess()
    {
        using Rendering.PlannedTarget target = new();
        (int code, _, string errors) = SpecimenProcess.RunProcess(
            [
                "/usr/bin/env",
                $"{TestPause.Variable}={TestPause.Searching}={TestPause.Crash}",
                .. SpecimenProcess.ToolCommand("show", target.Core, "999999999"),
            ]);

        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal(
            [
                "fsmap: the runtime's data is damaged, and reading it crashed. Continuing without it.",
                "fsmap: The reading process crashed.",
            ],
            errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static void AssertSaid(int code, string errors)
    {
        // Done before; not there any more; ended meanwhile.
        Assert.True(code is ExitCode.Ok or ExitCode.Unusable or ExitCode.TargetEnded, $"code {code}: {errors}");
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", errors, StringComparison.Ordinal);
        Assert.True(code == ExitCode.Ok || errors.Contains("fsmap: ", StringComparison.Ordinal), errors);
    }
}
