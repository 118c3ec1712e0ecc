using System.Diagnostics;

namespace FastShardMap.Tests.Support;

/// <summary>Another process, for what would change this one as a whole.</summary>
internal static class ChildProcess
{
    /// <summary>
    /// Runs a dotnet assembly beside the tests to its end, through a line of the shell that sets the stage.
    /// </summary>
    /// <returns>The exit code and all output.</returns>
    public static (int ExitCode, string Output) RunDotnet(
        string shellLine, string assembly, params IEnumerable<string> arguments)
    {
        string host = System.Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new(
            "bash",
            [
                "-c", $"{shellLine}; exec \"$0\" \"$@\"", host, "exec",
                Path.Combine(AppContext.BaseDirectory, assembly), .. arguments,
            ])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(5)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{assembly} does not end.");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult());
    }

    /// <summary>Runs one explicit test of this assembly that way, and requires that it has run and passed.</summary>
    public static void RunTest(string shellLine, Type type, string method)
    {
        (int exitCode, string output) = RunDotnet(
            shellLine,
            "FastShardMap.Tests.dll",
            "-noLogo",
            "-noColor",
            "-noAutoReporters",
            "-explicit",
            "only",
            "-method",
            $"{type.FullName}.{method}");
        Assert.True(
            exitCode == 0 && output.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", StringComparison.Ordinal),
            output);
    }
}
