using FastShardMap.Inspector.Targets;
using FastShardMap.Inspector.Tests.Commands;

namespace FastShardMap.Inspector.Tests.Targets;

/// <summary>
/// Signals at every step of looking at a process: the tool ends, and the process goes on. Heavy: needs ptrace.
/// </summary>
[Trait("Category", "Heavy")]
public sealed class InterruptionTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private readonly OtherProcess _process = new("holders");

    public static TheoryData<string, string> StepsAndSignals => new(
        from step in TestPause.Steps
        from signal in (string[])["INT", "TERM", "KILL"]
        select (step, signal));

    public void Dispose() => _process.Dispose();

    [Theory]
    [MemberData(nameof(StepsAndSignals))]
    public void Signal_AtEveryStep_EndsTheToolAndLetsTheProcessGoOn(string step, string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Uses signals and ptrace of Linux.");
        using PausedTool tool = new(step, "list", _process.IdText);
        OperatorTests.Kill(signal, tool.Id);
        if (signal == "KILL")
        {
            // The tool's child still has the outputs for a moment; what counts is the process.
            Assert.True(SpinWait.SpinUntil(() => ProcessState.TracerOf(_process.Id) == 0, s_patience));
            Assert.Equal(137, tool.End().Code);
        }
        else
        {
            (int code, string text, string errors) = tool.End();
            Assert.Equal((signal == "INT" ? 130 : 143, string.Empty, "fsmap: interrupted\n"), (code, text, errors));
        }

        Assert.True(SpinWait.SpinUntil(() => ProcessState.TracerOf(_process.Id) == 0, s_patience));
        _process.AssertRuns();
    }

    /// <summary>
    /// At a terminal a signal goes to the tool and its child at once, and people press Ctrl-C more than once.
    /// </summary>
    [Fact]
    public void Signal_ToAllOfTheToolAndTwice_EndsItOnce()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Uses signals and ptrace of Linux.");
        using PausedTool tool = new(TestPause.Told, "check", _process.IdText);
        int reader = ProcessState.TracerOf(_process.Id);
        Assert.NotEqual(tool.Id, reader);
        OperatorTests.Kill("INT", reader);
        Assert.True(ProcessState.IsAlive(reader));
        OperatorTests.Kill("INT", tool.Id);
        SpecimenProcess.RunProcess("/bin/sh", "-c", $"kill -s INT {tool.Id} 2>/dev/null");

        Assert.Equal((130, "fsmap: interrupted\n"), (tool.End().Code, tool.End().Errors));
        _process.AssertRuns();
    }

    /// <summary>One that a debugger has stopped already.</summary>
    [Fact]
    public void Open_ProcessUnderAnotherTracer_SaysWhose()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Uses ptrace of Linux.");
        using PausedTool tool = new(TestPause.Searching, "list", _process.IdText);
        (int code, _, string errors) = SpecimenProcess.RunProcess(SpecimenProcess.ToolCommand("list", _process.IdText));

        Assert.Equal(2, code);
        Assert.Contains(
            $"process {ProcessState.TracerOf(_process.Id)} already traces it", errors, StringComparison.Ordinal);
    }

    /// <summary>Looking at a process must not eat the signals that are on their way to its threads.</summary>
    [Fact]
    public void Open_ProcessThatCollectsAllTheTime_GoesOn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Uses ptrace of Linux.");
        using OtherProcess busy = new("collecting");
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(2, SpecimenProcess.RunProcess(SpecimenProcess.ToolCommand("show", busy.IdText, "7f00")).Code);
            busy.AssertRuns();
        }
    }
}
