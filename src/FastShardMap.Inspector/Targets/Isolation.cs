using System.Diagnostics;
using System.Globalization;
using FastShardMap.Inspector.Commands;

namespace FastShardMap.Inspector.Targets;

/// <summary>
/// Dumps are read in a child process. The library that reads the runtime's own data is native code and trusts them: in
/// a damaged dump it may fault, or walk in a circle for ever. Then the tool says so and goes on without it: the maps'
/// own memory needs nobody's help.
/// </summary>
internal static class Isolation
{
    private const string RoleVariable = "FSMAP_ROLE";
    private const string Reader = "reader";
    private const string ReaderWithoutRuntime = "reader-without-runtime";

    /// <summary>Seconds that the runtime's data may take to read; more for huge heaps.</summary>
    private const string PatienceVariable = "FSMAP_PATIENCE_SECONDS";
    private const int DefaultPatienceSeconds = 300;

    /// <summary>The child's exit code when its patience is at an end.</summary>
    private const int PatienceEnded = 75;

    /// <summary>Processes ended by a signal report 128 and its number.</summary>
    private const int FirstSignalCode = 128;

    private static readonly string? s_role = Environment.GetEnvironmentVariable(RoleVariable);

    /// <summary>Whether this process shall read native memory only.</summary>
    public static bool IsWithoutRuntime => string.Equals(s_role, ReaderWithoutRuntime, StringComparison.Ordinal);

    /// <summary>Whether a command should run in a child: it reads a dump, and this is not the child.</summary>
    public static bool IsWanted(string[] arguments) =>
        s_role is null && arguments is [not "trace", ..] && Array.Exists(arguments, File.Exists);

    /// <summary>Runs the command in a child, and again without the runtime's data if those are too damaged to be read.</summary>
    public static int Run(string[] arguments)
    {
        int code = RunChild(arguments, Reader);
        if (code != PatienceEnded && !IsCrash(code))
        {
            return code;
        }

        Console.Error.WriteLine(code == PatienceEnded
            ? $"fsmap: reading the runtime's data in the dump did not come to an end; it is damaged, or huge ({PatienceVariable} grants more time). Going on without."
            : "fsmap: the dump is damaged: reading the runtime's data in it crashed. Going on without.");
        code = RunChild(arguments, ReaderWithoutRuntime);
        return IsCrash(code) ? ExitCode.Failed : code;
    }

    /// <summary>In the child: ends the process unless disposed in time. Null elsewhere.</summary>
    public static IDisposable? LimitPatience()
    {
        if (!string.Equals(s_role, Reader, StringComparison.Ordinal))
        {
            return null;
        }

        int seconds = int.TryParse(
            Environment.GetEnvironmentVariable(PatienceVariable), NumberStyles.None, CultureInfo.InvariantCulture, out int wanted)
            ? Math.Clamp(wanted, 1, 86_400)
            : DefaultPatienceSeconds;
        return new Timer(static _ => Environment.Exit(PatienceEnded), state: null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
    }

    private static bool IsCrash(int code) => code is >= FirstSignalCode or < 0;

    private static int RunChild(string[] arguments, string role)
    {
        string host = Environment.ProcessPath ?? "dotnet";
        bool isApplicationHost = !Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        ProcessStartInfo start = new(host, isApplicationHost ? arguments : [typeof(Isolation).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
        };
        start.Environment[RoleVariable] = role;

        // A crash here is an answer, not a case for another dump.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using Process child = Process.Start(start) ?? throw new InspectionException("The reading process did not start.");
        ConsoleCancelEventHandler leaveItToTheChild = static (_, cancel) => cancel.Cancel = true;
        Console.CancelKeyPress += leaveItToTheChild;
        try
        {
            child.WaitForExit();
        }
        finally
        {
            Console.CancelKeyPress -= leaveItToTheChild;
        }

        return child.ExitCode;
    }
}
