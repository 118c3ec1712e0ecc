using System.Diagnostics;
using System.Globalization;
using FastShardMap.Inspector.Targets;

namespace FastShardMap.Inspector.Tests.Commands;

/// <summary>
/// What goes wrong around the tool: wrong processes, cut dumps, missing permission, full disks, Ctrl-C. Each has a
/// message that says what to do about, and an exit code that a script can go by. Heavy, as <see cref="CommandTests"/>
/// is.
/// </summary>
[Trait("Category", "Heavy")]
public sealed class OperatorTests(SpecimenProcess specimen) : IClassFixture<SpecimenProcess>
{
    /// <summary>
    /// A device whose writes fail as on a full disk. Nobody but the tool itself may write to it: the runtime's dump
    /// writer deletes what it cannot fill.
    /// </summary>
    private const string FullDisk = "/dev/full";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("list")]
    [InlineData("check")]
    [InlineData("show", "7f0000000000")]
    [InlineData("entries", "7f0000000000")]
    [InlineData("audit", "7f0000000000")]
    [InlineData("dump")]
    [InlineData("trace")]
    public void Command_ProcessThatIsNot_SaysSo(string command, params string[] rest)
    {
        // Above every limit on the numbers of processes.
        (int code, string text, string errors) = Run([command, "2000000000", .. rest]);

        Assert.Equal((ExitCode.Unusable, string.Empty), (code, text));
        Assert.StartsWith("fsmap: ", errors, StringComparison.Ordinal);
        Assert.Contains("process 2000000000", errors, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Trace_ProcessThatIsNot_LeavesTheFileAlone()
    {
        string kept = Path.Combine(specimen.Folder, "kept.nettrace");
        string fresh = Path.Combine(specimen.Folder, "fresh.nettrace");
        File.WriteAllText(kept, "an earlier trace");

        Assert.Equal(ExitCode.Unusable, Run("trace", "2000000000", "--nettrace", kept).Code);
        Assert.Equal(ExitCode.Unusable, Run("trace", "2000000000", "--nettrace", fresh).Code);
        Assert.Equal("an earlier trace", File.ReadAllText(kept));
        Assert.False(File.Exists(fresh));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Command_ProcessWithoutTheLibrary_SaysSo(bool isDotnet)
    {
        SkipUnlessLinux();
        using Process bare = isDotnet
            ? SpecimenProcess.Start(
                SpecimenProcess.Host,
                Path.Combine(AppContext.BaseDirectory, "FastShardMap.Inspector.Specimen.dll"),
                "bare")
            : SpecimenProcess.Start("sleep", "600");
        try
        {
            string id = bare.Id.ToString(CultureInfo.InvariantCulture);
            List<string> targets = [id];
            if (isDotnet)
            {
                Assert.Equal("ready", bare.StandardOutput.ReadLine());
                targets.Add(Path.Combine(specimen.Folder, "bare.dmp"));
                Assert.Equal(ExitCode.Ok, Run("dump", id, "--output", targets[1]).Code);
            }
            else
            {
                (int code, _, string errors) = Run("dump", id, "--output", Path.Combine(specimen.Folder, "sleep.dmp"));
                Assert.Equal(ExitCode.Unusable, code);
                Assert.Contains($"Process {id} wrote no dump", errors, StringComparison.Ordinal);
            }

            string reason = isDotnet
                ? "the program has not loaded the library FastShardMap"
                : "no .NET runtime is loaded";
            foreach (string target in targets)
            {
                // A script must not take this for a sound map.
                foreach (string[] arguments in (string[][])
                [
                    ["list", target],
                    ["check", target],
                    ["list", target, "--json"],
                    ["diff", target, target],
                ])
                {
                    (int code, string text, string errors) = Run(arguments);
                    Assert.Equal((ExitCode.Unusable, string.Empty), (code, text));
                    Assert.Contains("There is no map in ", errors, StringComparison.Ordinal);
                    Assert.Contains(reason, errors, StringComparison.Ordinal);
                }

                foreach (string command in (string[])["show", "entries", "audit"])
                {
                    (int code, _, string errors) = Run(command, target, "7f0000000000");
                    Assert.Equal(ExitCode.Unusable, code);
                    Assert.Contains(reason, errors, StringComparison.Ordinal);
                }
            }
        }
        finally
        {
            bare.Kill();
        }
    }

    [Fact]
    public void Command_CutDump_IsReadAsFarAsItGoesAndSaysSo()
    {
        SkipUnlessLinux();
        Assert.DoesNotContain("truncated", Run("list", specimen.Dump).Errors, StringComparison.Ordinal);
        byte[] whole = File.ReadAllBytes(specimen.Dump);
        string cut = Path.Combine(specimen.Folder, "cut.dmp");
        foreach (int bytes in (int[])[64, 4000, whole.Length / 10, whole.Length / 2, whole.Length - 1])
        {
            File.WriteAllBytes(cut, whole[..bytes]);
            (int code, _, string errors) = Run("list", cut);
            Assert.Equal(ExitCode.Inconsistent, code);
            Assert.Contains("cut.dmp is truncated: at least ", errors, StringComparison.Ordinal);
            Assert.NotEqual(ExitCode.Ok, Run("check", cut).Code);
        }

        foreach (int bytes in (int[])[0, 10])
        {
            File.WriteAllBytes(cut, whole[..bytes]);
            (int code, _, string errors) = Run("list", cut);
            Assert.Equal(ExitCode.Unusable, code);
            Assert.Contains("is not a dump that this tool can read", errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Command_WithoutPermission_SaysWhatItTakes()
    {
        SkipUnlessLinux();
        Assert.SkipUnless(
            Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"), "Only root can become somebody else.");
        string dump = specimen.TakeDump("private.dmp");
        if (!OperatingSystem.IsWindows())
        {
            // The folder open, the file not.
            File.SetUnixFileMode(
                specimen.Folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead
                    | UnixFileMode.OtherExecute);
            File.SetUnixFileMode(dump, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        (string Message, string[] Arguments)[] cases =
        [
            ("cannot be attached to", ["list", specimen.IdText]),
            ("SYS_PTRACE", ["check", specimen.IdText]),
            ("wrote no dump", ["dump", specimen.IdText, "--output", "/tmp/fsmap-never-written.dmp"]),
            ("cannot be traced", ["trace", specimen.IdText, "--duration", "100ms"]),
            ("private.dmp cannot be read", ["list", dump]),
        ];
        foreach ((string message, string[] arguments) in cases)
        {
            (int code, _, string errors) = SpecimenProcess.RunProcess(
                [
                    "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                    .. SpecimenProcess.ToolCommand(arguments),
                ]);
            Assert.SkipWhen(
                code is not (>= ExitCode.Ok and <= ExitCode.NotWritten), "Nobody else may run the tool here.");
            Assert.Equal(ExitCode.Unusable, code);
            Assert.Contains(message, errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Output_FullDisk_SaysWhatCouldNotBeWritten()
    {
        SkipUnlessLinux();
        string address = specimen.AddressOf(specimen.Dump, "steady");
        string[][] files =
        [
            ["show", specimen.Dump, address, "--html"],
            ["trace", specimen.IdText, "--duration", "100ms", "--chrome"],
            ["trace", specimen.IdText, "--duration", "100ms", "--nettrace"],
        ];
        foreach (string[] arguments in files)
        {
            (int code, _, string errors) = Run([.. arguments, FullDisk]);
            Assert.Equal(ExitCode.NotWritten, code);
            Assert.Contains($"fsmap: {FullDisk} cannot be written: ", errors, StringComparison.Ordinal);
            (code, _, errors) = Run([.. arguments, "/no such folder/file"]);
            Assert.Equal(ExitCode.NotWritten, code);
            Assert.Contains("fsmap: /no such folder/file cannot be written: ", errors, StringComparison.Ordinal);
        }

        string[][] toStandardOutput =
        [
            ["entries", specimen.Dump, address, "--csv"],
            ["list", specimen.Dump],
            ["show", specimen.Dump, address],
            ["check", specimen.Dump],
            ["audit", specimen.Dump, specimen.AddressOf(specimen.Dump, "trades"), "--json"],
        ];
        foreach (string[] arguments in toStandardOutput)
        {
            (int code, _, string errors) = SpecimenProcess.RunProcess(
                ["/bin/sh", "-c", $"exec \"$@\" > {FullDisk}", "sh", .. SpecimenProcess.ToolCommand(arguments)]);
            Assert.Equal(ExitCode.NotWritten, code);
            Assert.StartsWith("fsmap: The standard output cannot be written: ", errors, StringComparison.Ordinal);
            Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        // Nobody reads on: that is no failure.
        (int ended, string text, _) = SpecimenProcess.RunProcess(
            [
                "/bin/sh", "-c", "\"$@\" | head -n 1", "sh",
                .. SpecimenProcess.ToolCommand("entries", specimen.Dump, address, "--csv"),
            ]);
        Assert.Equal((0, "key,value\n"), (ended, text));
    }

    [Fact]
    public void Output_Closed_IsSaidAndIsNoFault()
    {
        SkipUnlessLinux();
        string[][] commands =
        [
            ["list", specimen.Dump],
            ["list", specimen.Dump, "--json"],
            ["entries", specimen.Dump, "steady", "--csv"],
            ["--help"],
        ];
        foreach (string[] arguments in commands)
        {
            (int code, _, string errors) = SpecimenProcess.RunProcess(
                ["/bin/sh", "-c", "exec \"$@\" >&-", "sh", .. SpecimenProcess.ToolCommand(arguments)]);
            Assert.Equal(ExitCode.NotWritten, code);
            Assert.StartsWith("fsmap: The standard output cannot be written: ", errors, StringComparison.Ordinal);
            Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [Fact]
    public void Page_FileSystemThatIsFull_LeavesNoFile()
    {
        SkipUnlessLinux();
        string page = Path.Combine(specimen.Folder, "full.html");

        // A limit on the size of files instead of a full disk; the runtime maps its own code twice through such a file.
        (int code, _, string errors) = SpecimenProcess.RunProcess(
            [
                "/bin/sh", "-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh", "/usr/bin/env",
                "DOTNET_EnableWriteXorExecute=0",
                .. SpecimenProcess.ToolCommand("show", specimen.Dump, "steady", "--html", page),
            ]);
        Assert.Equal(ExitCode.NotWritten, code);
        Assert.Contains("full.html cannot be written: ", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(specimen.Folder, "full.html*"));
    }

    [Fact]
    public void Dump_FileThatExists_IsNotTouched()
    {
        string file = Path.Combine(specimen.Folder, "precious");
        File.WriteAllText(file, "an earlier dump");
        (int code, _, string errors) = Run("dump", specimen.IdText, "--output", file);

        Assert.Equal(ExitCode.Unusable, code);
        Assert.Contains("already exists", errors, StringComparison.Ordinal);
        Assert.Equal("an earlier dump", File.ReadAllText(file));
        Assert.Equal(ExitCode.Unusable, Run("dump", specimen.IdText, "--output", "/no such folder/file").Code);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public void Interrupt_WhileAProcessIsStopped_EndsTheToolAndLetsTheProcessGoOn(string signal)
    {
        SkipUnlessLinux();
        using SpecimenProcess stopped = new();
        stopped.Ask("grow");

        // More output than fits into pipe and buffer, and nobody reads: the tool waits in the middle of its work.
        using Process tool = SpecimenProcess.Start(
            SpecimenProcess.ToolCommand(
                "entries", stopped.IdText, stopped.AddressOf(stopped.IdText, "steady"), "--json"));
        Assert.True(SpinWait.SpinUntil(() => ProcessState.TracerOf(stopped.Id) != 0 || tool.HasExited, s_patience));
        Assert.False(tool.HasExited);
        Kill(signal, tool.Id);

        Assert.True(tool.WaitForExit(s_patience));
        Assert.InRange(tool.ExitCode, 128, 255);
        Assert.Equal(
            signal != "KILL", tool.StandardError.ReadToEnd().Contains("fsmap: interrupted", StringComparison.Ordinal));
        Assert.True(SpinWait.SpinUntil(() => ProcessState.TracerOf(stopped.Id) == 0, s_patience));
        Assert.Equal("done", stopped.Ask("churn"));
    }

    [Fact]
    public void Interrupt_WhileRecording_EvaluatesWhatIsThere()
    {
        SkipUnlessLinux();
        string file = Path.Combine(specimen.Folder, "interrupted.nettrace");
        using Process tool = SpecimenProcess.Start(
            SpecimenProcess.ToolCommand("trace", specimen.IdText, "--duration", "30m", "--nettrace", file));
        Assert.True(SpinWait.SpinUntil(() => File.Exists(file) && new FileInfo(file).Length > 0, s_patience));
        Assert.Equal("done", specimen.Ask("chain"));
        Kill("INT", tool.Id);

        string text = tool.StandardOutput.ReadToEnd();
        Assert.True(tool.WaitForExit(s_patience));
        Assert.Equal(ExitCode.Ok, tool.ExitCode);
        Assert.Contains("recording stopped", tool.StandardError.ReadToEnd(), StringComparison.Ordinal);
        Assert.Contains("Anna", text, StringComparison.Ordinal);
        Assert.Contains("VERDICT", text, StringComparison.Ordinal);
    }

    private static (int Code, string Text, string Errors) Run(params string[] arguments) =>
        SpecimenProcess.RunProcess(SpecimenProcess.ToolCommand(arguments));

    internal static void Kill(string signal, int process)
    {
        // The signal would go to all processes of this run.
        Assert.True(process > 1, "There is no process to send a signal to.");
        Assert.Equal(0, SpecimenProcess.RunProcess("/bin/sh", "-c", $"kill -s {signal} {process}").Code);
    }

    private static void SkipUnlessLinux() =>
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Uses devices, signals and ptrace of Linux.");
}
