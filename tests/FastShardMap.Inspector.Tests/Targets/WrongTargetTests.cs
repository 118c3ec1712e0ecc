using System.Diagnostics;
using FastShardMap.Inspector.Commands;
using FastShardMap.Inspector.Targets;
using Microsoft.Diagnostics.NETCore.Client;

namespace FastShardMap.Inspector.Tests.Targets;

/// <summary>
/// The tool says what a target is if it is not a dump, or what a dump lacks. Heavy if a test takes dumps.
/// </summary>
public sealed class WrongTargetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fsmap-wrong-").FullName;

    public static TheoryData<string, byte[]> Files => new()
    {
        { "an empty file", [] },
        { "a text file", "not a dump at all, but some lines\nof text\n"u8.ToArray() },
        { "a text file", "{}"u8.ToArray() },
        { "a program or library", [.. "\u007FELF\u0002\u0001\u0001"u8, .. new byte[9], 3, 0, .. new byte[100]] },
        {
            "of a 32-bit or big-endian system",
            [.. "\u007FELF\u0001\u0001\u0001"u8, .. new byte[9], 4, 0, .. new byte[100]]
        },
        { "truncated within its first bytes", [.. "\u007FELF\u0002\u0001\u0001"u8, .. new byte[9], 4, 0] },
        { "a program or library", [.. "MZ"u8, .. new byte[100]] },
        { "compressed", [0x1F, 0x8B, 8, 0, .. new byte[60]] },
        { "compressed", [0x28, 0xB5, 0x2F, 0xFD, .. new byte[60]] },
        { "a trace", [.. "Nettrace"u8, .. new byte[60]] },
        { "of an unknown kind", [0, 1, 2, 3, 4, 5] },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Files))]
    public void Open_FileThatIsNoDump_SaysWhatItIs(string kind, byte[] bytes)
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllBytes(file, bytes);
        InspectionException exception = Assert.Throws<InspectionException>(() => Target.Open(file));

        Assert.Equal(ExitCode.Unusable, exception.ExitCode);
        Assert.Contains(
            $"{file} is not a dump that this tool can read: it is {kind}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Folder_SaysSo() =>
        Assert.Contains(
            "it is a directory",
            Assert.Throws<InspectionException>(() => Target.Open(_folder)).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task Open_PipeOrDevice_SaysSoAndDoesNotWait()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Uses pipes and devices of Linux.");
        string pipe = Path.Combine(_folder, "pipe");
        Process.Start("mkfifo", pipe).WaitForExit();
        foreach ((string path, string kind) in ((string, string)[])[(pipe, "a pipe"), ("/dev/zero", "a device")])
        {
            foreach (string command in (string[])["list", "check", "trace"])
            {
                Task<int> run = Task.Run(
                    () => CommandTree.Run([command, path], TextWriter.Null), TestContext.Current.CancellationToken);
                Assert.Equal(
                    ExitCode.Unusable,
                    await run.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
            }

            Assert.Equal(ExitCode.Unusable, CommandTree.Run(["diff", path, path], TextWriter.Null));
            Assert.Equal(ExitCode.Unusable, CommandTree.Run(["show", path, "7f00"], TextWriter.Null));
            Assert.StartsWith(kind, TargetFile.WhyNoDump(path), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Trace_FileThatIsNoTrace_SaysWhatItIs()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "some text");
        (int code, _, string errors) = SpecimenProcess.RunProcess(SpecimenProcess.ToolCommand("trace", file));

        Assert.Equal(
            (ExitCode.Unusable, $"fsmap: {file} cannot be read as a trace: it is a text file.\n"), (code, errors));
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public void Open_Program_SaysSo()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads a program of Linux.");
        (int code, _, string errors) = SpecimenProcess.RunProcess(SpecimenProcess.ToolCommand("list", "/bin/ls"));

        Assert.Equal(
            (ExitCode.Unusable, "fsmap: /bin/ls is not a dump that this tool can read: it is a program or library.\n"),
            (code, errors));
    }

    [Theory]
    [InlineData(DumpType.Normal)]
    [InlineData(DumpType.Triage)]
    [Trait("Category", "Heavy")]
    public void Open_DumpWithoutHeap_SaysWhatIsMissing(DumpType type)
    {
        using OtherProcess process = new("holders");
        string dump = Path.Combine(_folder, "small.dmp");
        new DiagnosticsClient(process.Id).WriteDump(type, dump);
        foreach (string[] arguments in (string[][])
        [
            ["list", dump], ["check", dump], ["show", dump, "7f00"], ["entries", dump, "7f00"], ["diff", dump, dump],
        ])
        {
            (int code, string text, string errors) = SpecimenProcess.RunProcess(SpecimenProcess.ToolCommand(arguments));
            Assert.Equal((ExitCode.Unusable, string.Empty), (code, text));
            Assert.Contains("no managed heap and no private memory", errors, StringComparison.Ordinal);
            Assert.Contains("fsmap dump", errors, StringComparison.Ordinal);
        }
    }
}
