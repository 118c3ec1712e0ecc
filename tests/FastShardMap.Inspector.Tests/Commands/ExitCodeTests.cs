using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using FastShardMap.Inspector.Targets;
using FastShardMap.Tests.Conventions;

namespace FastShardMap.Inspector.Tests.Commands;

/// <summary>The one table of exit codes, the constants, and a run of the tool for each.</summary>
public sealed class ExitCodeTests
{
    private const string Table = "native-layout-docs/observation.md";

    [Fact]
    public void Table_Codes_AreTheConstants()
    {
        int[] constants =
        [
            .. typeof(ExitCode)
                .GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(field => (int)field.GetRawConstantValue()!),
        ];

        Assert.Equal(constants.Order(), Documented().Order());
        Assert.Contains("| 128 + n |", Rows(), StringComparison.Ordinal);
    }

    [Fact]
    public void Table_Codes_StandInOneDocument()
    {
        string root = Repository.Root;
        string[] others =
        [
            .. Directory.EnumerateFiles(Path.Combine(root, "native-layout-docs"), "*.md").Append(
                Path.Combine(root, "README.md")),
        ];

        Assert.Single(others, file => File.ReadAllText(file).Contains("| exit code |", StringComparison.Ordinal));
        Assert.Contains(
            $"({Table}#exit-codes)", File.ReadAllText(Path.Combine(root, "README.md")), StringComparison.Ordinal);
    }

    /// <summary>Each row of the table, provoked.</summary>
    [Fact]
    [Trait("Category", "Heavy")]
    public void Run_EveryCode_IsAsDocumented()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Uses devices, signals and ptrace of Linux.");
        using SpecimenProcess specimen = new();
        string cut = Path.Combine(specimen.Folder, "cut.dmp");
        File.WriteAllBytes(cut, File.ReadAllBytes(specimen.Dump)[..^1]);
        Dictionary<int, Func<int>> provoked = new()
        {
            [ExitCode.Ok] = () => RunTool("check", specimen.Dump),
            [ExitCode.Inconsistent] = () => RunTool("check", cut),
            [ExitCode.Unusable] = () => RunTool("list", "no such thing"),
            [ExitCode.Failed] = () => Paused(
                specimen, () => OperatorTests.Kill("KILL", ProcessState.TracerOf(specimen.Id))),
            [ExitCode.NotWritten] = () => RunTool(
                "trace", specimen.IdText, "--duration", "100ms", "--nettrace", "/no such folder/file"),
            [ExitCode.TargetEnded] = () =>
            {
                using OtherProcess process = new("holders");
                using PausedTool tool = new(TestPause.Searching, "list", process.IdText);
                process.Kill();
                return tool.End().Code;
            },
        };

        Assert.Equal(Documented().Order(), provoked.Keys.Order());
        Assert.All(provoked, row => Assert.Equal(row.Key, row.Value()));
        foreach ((string signal, int number) in ((string, int)[])[("HUP", 1), ("INT", 2), ("TERM", 15)])
        {
            using PausedTool tool = new(TestPause.Searching, "list", specimen.IdText);
            OperatorTests.Kill(signal, tool.Id);
            Assert.Equal(128 + number, tool.End().Code);
        }
    }

    private static int Paused(SpecimenProcess specimen, Action then)
    {
        using PausedTool tool = new(TestPause.Searching, "list", specimen.IdText);
        then();
        return tool.End().Code;
    }

    private static int RunTool(params string[] arguments) =>
        SpecimenProcess.RunProcess(SpecimenProcess.ToolCommand(arguments)).Code;

    private static List<int> Documented() =>
        [.. Regex.Matches(Rows(), @"(?m)^\| (\d) \| \S").Select(
            match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

    private static string Rows()
    {
        string document = Document();
        int start = document.IndexOf("| exit code |", StringComparison.Ordinal);
        return document[start..document.IndexOf("\n\n", start, StringComparison.Ordinal)];
    }

    private static string Document() => Repository.ReadText(Table);
}
