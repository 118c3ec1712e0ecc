using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Inspector.Targets;

/// <summary>
/// Dumps and processes are read in a child process. The library that reads the runtime's own data is native code and
/// trusts them: in a damaged dump, or a process that ends meanwhile, it may fault, or walk in a circle for ever. Then
/// the
/// tool says so and goes on without it: the maps' own memory needs nobody's help. And the child is what a process is
/// stopped by: when it ends, however it ends, the process goes on.
/// </summary>
internal static class Isolation
{
    private const string RoleVariable = "FSMAP_ROLE";
    private const string ParentVariable = "FSMAP_PARENT";
    private const string Reader = "reader";
    private const string ReaderWithoutRuntime = "reader-without-runtime";

    /// <summary>Seconds that the runtime's data may take to read; more for huge heaps.</summary>
    private const string PatienceVariable = "FSMAP_PATIENCE_SECONDS";
    private const int DefaultPatienceSeconds = 300;

    /// <summary>The child's exit code when its patience is at an end.</summary>
    private const int PatienceEnded = 75;

    /// <summary>128 and the number of SIGKILL: the system needs the memory.</summary>
    private const int KilledCode = 137;

    /// <summary>128 and the number of SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV.</summary>
    private static readonly int[] s_crashCodes = [132, 134, 135, 136, 139];

    private static readonly string? s_role = Environment.GetEnvironmentVariable(RoleVariable);

    /// <summary>Whether this process shall read native memory only.</summary>
    public static bool IsWithoutRuntime => string.Equals(s_role, ReaderWithoutRuntime, StringComparison.Ordinal);

    /// <summary>Whether this process is the child.</summary>
    public static bool IsReader => s_role is not null;

    /// <summary>
    /// Whether a command should run in a child: it reads a dump or a process, and this is not the child.
    /// </summary>
    public static bool IsWanted(string[] arguments) =>
        s_role is null && arguments is [not ("trace" or "dump"), ..]
        && Array.Exists(arguments, argument => File.Exists(argument) || ProcessIdOf(argument) is not null);

    /// <summary>Runs the command in a child, and again without the runtime's data if those are too damaged to be read.</summary>
    public static int Run(string[] arguments)
    {
        using ReadingProcess reading = ReadingProcess.Watch();
        int code = reading.Run(StartInfo(arguments, Reader));
        if (code == PatienceEnded || IsCrash(code))
        {
            if (Ended(arguments) is { } ended && reading.Interrupted == 0)
            {
                return Say(Target.EndedException(ended));
            }

            if (reading.Interrupted == 0)
            {
                Console.Error.WriteLine(code == PatienceEnded
                    ? "fsmap: reading the runtime's data did not come to an end; they are damaged, or huge "
                        + $"({PatienceVariable} grants more time). Going on without."
                    : "fsmap: the runtime's data are damaged: reading them crashed. Going on without.");
                code = reading.Run(StartInfo(arguments, ReaderWithoutRuntime));
            }
        }

        if (reading.Interrupted != 0)
        {
            return reading.Interrupted;
        }

        if (!IsCrash(code) && code != KilledCode)
        {
            return code;
        }

        return Say(Ended(arguments) is { } gone
            ? Target.EndedException(gone)
            : new InspectionException(code == KilledCode
                ? "The reading process was killed, perhaps because the system needed its memory."
                : "The reading process crashed.") { ExitCode = ExitCode.Failed });
    }

    /// <summary>In the child, before all else.</summary>
    public static void Enter()
    {
        if (!IsReader)
        {
            return;
        }

        string? text = Environment.GetEnvironmentVariable(ParentVariable);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int parent))
        {
            ReadingProcess.Enter(parent);
        }

        HideCrashes();
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

    /// <summary>The number of a process that an argument stands for, or null.</summary>
    public static int? ProcessIdOf(string argument) =>
        !File.Exists(argument) && int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            ? id
            : null;

    private static int? Ended(string[] arguments)
    {
        foreach (string argument in arguments.Skip(1))
        {
            if (ProcessIdOf(argument) is { } id)
            {
                return ProcessState.IsEnding(id) ? id : null;
            }
        }

        return null;
    }

    private static int Say(InspectionException exception)
    {
        Console.Error.WriteLine($"fsmap: {exception.Message}");
        return exception.ExitCode;
    }

    // The parent says that it has crashed; where helps nobody else. The tool's own messages get a descriptor of their
    // own.
    private static void HideCrashes()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("FSMAP_DEBUG") is not null)
        {
            return;
        }

        const int ErrorDescriptor = 2;
        _ = Console.IsErrorRedirected; // remembered from here on
        DescriptorStream messages = new(LinuxNative.Duplicate(ErrorDescriptor));
        Console.SetError(new StreamWriter(messages) { AutoFlush = true });
        using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        LinuxNative.Redirect(ErrorDescriptor, nothing);
    }

    // Windows reports the exception's code, which is negative.
    private static bool IsCrash(int code) => code < 0 || s_crashCodes.Contains(code);

    private static ProcessStartInfo StartInfo(string[] arguments, string role)
    {
        string host = Environment.ProcessPath ?? "dotnet";
        bool isApplicationHost = !Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        ProcessStartInfo start = new(host, isApplicationHost ? arguments : [typeof(Isolation).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
        };
        start.Environment[RoleVariable] = role;
        start.Environment[ParentVariable] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

        // A crash here is an answer, not a case for another dump.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return start;
    }
}
