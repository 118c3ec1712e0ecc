using System.Diagnostics;
using FastShardMap.Inspector.Targets;

namespace FastShardMap.Inspector.Tests;

/// <summary>The tool, held at one step of its work.</summary>
public sealed class PausedTool : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private readonly string _mark = Path.Combine(Path.GetTempPath(), $"fsmap-pause-{Guid.NewGuid():N}");
    private readonly Process _tool;
    private readonly Task<string> _text;
    private readonly Task<string> _errors;

    /// <summary>Starts a command and returns when it has come to the step.</summary>
    public PausedTool(string step, params string[] arguments)
    {
        _tool = SpecimenProcess.Start(
            ["/usr/bin/env", $"{TestPause.Variable}={step}={_mark}", .. SpecimenProcess.ToolCommand(arguments)]);
        _text = _tool.StandardOutput.ReadToEndAsync();
        _errors = _tool.StandardError.ReadToEndAsync();
        Assert.True(
            SpinWait.SpinUntil(() => File.Exists(_mark) || _tool.HasExited, s_patience),
            $"the tool does not come to '{step}'");
        Assert.False(_tool.HasExited, $"the tool ended before '{step}'");
    }

    public int Id => _tool.Id;

    /// <summary>What is left of a step that lasts ten minutes is not waited for.</summary>
    public (int Code, string Text, string Errors) End()
    {
        Assert.True(_tool.WaitForExit(s_patience), "the tool does not end");
        return (_tool.ExitCode, _text.GetAwaiter().GetResult(), _errors.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        _tool.Kill();
        _tool.Dispose();
        File.Delete(_mark);
    }
}
