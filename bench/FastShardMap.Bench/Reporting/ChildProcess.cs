using System.Diagnostics;
using System.Reflection;

namespace FastShardMap.Bench.Reporting;

/// <summary>Starts this very program again, for measurements that need a process of their own.</summary>
internal static class ChildProcess
{
    /// <summary>Runs the program with other arguments and returns what it printed.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="environment">Variables to set, such as the runtime's ISA switches.</param>
    public static string RunSelf(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("The process has no path.");
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, UseShellExecute = false };
        if (string.Equals(Path.GetFileNameWithoutExtension(program), "dotnet", StringComparison.OrdinalIgnoreCase))
        {
            // Started as "dotnet FastShardMap.Bench.dll": the assembly is the first argument.
            start.ArgumentList.Add(Assembly.GetEntryAssembly()!.Location);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        using Process child = Process.Start(start)
            ?? throw new InvalidOperationException($"'{program}' did not start.");
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"A child process ended with exit code {child.ExitCode}: {output}");
    }
}
