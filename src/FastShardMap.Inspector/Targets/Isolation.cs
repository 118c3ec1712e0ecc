using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Inspector.Targets;

/// <summary>
/// Reads dumps and processes in a child process. The component that reads the runtime's own data is native code that
/// trusts this data: on a damaged dump, or on a process that ends meanwhile, it may crash or never end. The tool then
/// says so and continues without it, because the memory of the maps can be read directly. The child is also the process
/// that stops the target: however the child ends, the target resumes.
/// </summary>
internal static class Isolation
{
    private const string RoleVariable = "FSMAP_ROLE";
    private const string ParentVariable = "FSMAP_PARENT";
    private const string Reader = "reader";
    private const string ReaderWithoutRuntime = "reader-without-runtime";

    /// <summary>The seconds that reading the runtime's data may take; huge heaps need more.</summary>
    private const string PatienceVariable = "FSMAP_PATIENCE_SECONDS";
    private const int DefaultPatienceSeconds = 300;

    /// <summary>The child's exit code when the time is up.</summary>
    private const int PatienceEnded = 75;

    /// <summary>128 and the number of SIGKILL, for example because the system ran out of memory.</summary>
    private const int KilledCode = 137;

    /// <summary>128 and the number of SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV.</summary>
    private static readonly int[] s_crashCodes = [132, 134, 135, 136, 139];

    private static readonly string? s_role = Environment.GetEnvironmentVariable(RoleVariable);

    /// <summary>Whether this process must read native memory only.</summary>
    public static bool IsWithoutRuntime => string.Equals(s_role, ReaderWithoutRuntime, StringComparison.Ordinal);

    /// <summary>Whether this process is the child.</summary>
    public static bool IsReader => s_role is not null;

    /// <summary>
    /// Whether a command must run in a child: it reads a dump or stops a process, and this process is not the child.
    /// </summary>
    public static bool IsWanted(string[] arguments) =>
        s_role is null && arguments is [not ("trace" or "dump" or "watch" or "processes" or "completion"), ..]
        && Array.Exists(arguments, argument => File.Exists(argument) || ProcessIdOf(argument) is not null);

    /// <summary>
    /// Runs the command in a child, and again without the runtime's data if that is too damaged to be read.
    /// </summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="targetsOf">Finds the dumps and processes that a command line names, after a crash. Other numbers in
    /// it, such as that of a map, are no process ids.</param>
    public static int Run(string[] arguments, Func<string[], IReadOnlyList<string>> targetsOf)
    {
        using ReadingProcess reading = ReadingProcess.Watch();
        int code = reading.Run(StartInfo(arguments, Reader));
        if (code == PatienceEnded || IsCrash(code))
        {
            if (Ended(targetsOf(arguments)) is { } ended && reading.Interrupted == 0)
            {
                return Say(Target.EndedException(ended));
            }

            if (reading.Interrupted == 0)
            {
                Console.Error.WriteLine(code == PatienceEnded
                    ? "fsmap: reading the runtime's data took too long: the data is damaged, or very large "
                        + $"({PatienceVariable} allows more time). Continuing without it."
                    : "fsmap: the runtime's data is damaged, and reading it crashed. Continuing without it.");
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

        return Say(Ended(targetsOf(arguments)) is { } gone
            ? Target.EndedException(gone)
            : new InspectionException(code == KilledCode
                ? "The reading process was killed, perhaps because the system needed its memory."
                : "The reading process crashed.") { ExitCode = ExitCode.Failed });
    }

    /// <summary>Prepares the child; called before anything else.</summary>
    public static void Enter()
    {
        string? text = Environment.GetEnvironmentVariable(ParentVariable);
        bool hasParent = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int parent);
        if (!IsReader)
        {
            if (hasParent && OperatingSystem.IsLinux())
            {
                LinuxNative.EndWithParent(parent); // a command of an interactive session
            }

            return;
        }

        if (hasParent)
        {
            ReadingProcess.Enter(parent);
        }

        HideCrashes();
    }

    /// <summary>
    /// In the child, ends the process unless the result is disposed in time. Null in other processes.
    /// </summary>
    public static IDisposable? LimitPatience()
    {
        if (!string.Equals(s_role, Reader, StringComparison.Ordinal))
        {
            return null;
        }

        int seconds = int.TryParse(
            Environment.GetEnvironmentVariable(PatienceVariable),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int wanted)
            ? Math.Clamp(wanted, 1, 86_400)
            : DefaultPatienceSeconds;
        return new Timer(
            static _ => Environment.Exit(PatienceEnded),
            state: null,
            TimeSpan.FromSeconds(seconds),
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>The process id that an argument stands for, or null.</summary>
    public static int? ProcessIdOf(string argument) =>
        !File.Exists(argument) && int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            ? id
            : null;

    /// <summary>How to start this tool again. The child ends with this process.</summary>
    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        string host = Environment.ProcessPath ?? "dotnet";
        bool isApplicationHost = !Path.GetFileNameWithoutExtension(host).Equals(
            "dotnet", StringComparison.OrdinalIgnoreCase);
        ProcessStartInfo start = new(
            host, isApplicationHost ? arguments : [typeof(Isolation).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
        };
        start.Environment[ParentVariable] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return start;
    }

    private static int? Ended(IReadOnlyList<string> targets)
    {
        foreach (string target in targets)
        {
            if (ProcessIdOf(target) is { } id && ProcessState.IsEnding(id))
            {
                return id;
            }
        }

        return null;
    }

    private static int Say(InspectionException exception)
    {
        Console.Error.WriteLine($"fsmap: {exception.Message}");
        return exception.ExitCode;
    }

    // The parent reports a crash; the runtime's own report does not help users. The tool's messages get their own
    // descriptor.
    private static void HideCrashes()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("FSMAP_DEBUG") is not null)
        {
            return;
        }

        const int ErrorDescriptor = 2;
        _ = Console.IsErrorRedirected; // .NET caches the answer
        DescriptorStream messages = new(LinuxNative.Duplicate(ErrorDescriptor));
        Console.SetError(new StreamWriter(messages) { AutoFlush = true });
        using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        LinuxNative.Redirect(ErrorDescriptor, nothing);
    }

    // Windows reports the exception's code, which is negative.
    private static bool IsCrash(int code) => code < 0 || s_crashCodes.Contains(code);

    private static ProcessStartInfo StartInfo(string[] arguments, string role)
    {
        ProcessStartInfo start = StartInfo(arguments);
        start.Environment[RoleVariable] = role;

        // A crash of the child is expected and handled; it must not write another dump.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return start;
    }
}
