using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
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

    /// <summary>How long an interrupted child may take to end by itself: at a terminal it has been interrupted, too.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    /// <summary>128 and the number of SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV.</summary>
    private static readonly int[] s_crashCodes = [132, 134, 135, 136, 139];

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

    // Windows reports the exception's code, which is negative.
    private static bool IsCrash(int code) => code < 0 || s_crashCodes.Contains(code);

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
        PosixSignalRegistration[] signals =
        [
            .. Interruption.Signals
                .Select(signal => PosixSignalRegistration.Create(signal, context =>
                {
                    context.Cancel = true;
                    _ = EndSoonAsync(child);
                })),
        ];
        try
        {
            child.WaitForExit();
        }
        finally
        {
            Array.ForEach(signals, static signal => signal.Dispose());
        }

        return child.ExitCode;
    }

    private static async Task EndSoonAsync(Process child)
    {
        try
        {
            await child.WaitForExitAsync().WaitAsync(s_grace).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            child.Kill();
        }
    }
}
