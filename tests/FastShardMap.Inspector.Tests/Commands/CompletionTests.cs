using FastShardMap.Inspector.Commands;

namespace FastShardMap.Inspector.Tests.Commands;

/// <summary>Completion by shells: the scripts, and what the tool answers them.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("fsmap wa", "watch")]
    [InlineData("fsmap ", "processes")]
    [InlineData("fsmap list --j", "--json")]
    [InlineData("fsmap completion ", "zsh")]
    public void Suggest_Line_HasTheWord(string line, string expected)
    {
        (int code, string text) = SpecimenProcess.Run($"[suggest:{line.Length}]", line);

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains(expected, text.Split('\n', StringSplitOptions.TrimEntries));
    }

    [Fact]
    public void Completion_EveryShell_AsksTheTool()
    {
        foreach (string shell in CompletionCommand.Shells)
        {
            (int code, string text) = SpecimenProcess.Run("completion", shell);

            Assert.Equal(ExitCode.Ok, code);
            Assert.Contains($"fsmap completion {shell}", text, StringComparison.Ordinal);
            Assert.Contains("[suggest:", text, StringComparison.Ordinal);
        }

        Assert.Equal(ExitCode.Unusable, SpecimenProcess.Run("completion", "cmd").Code);
    }

    [Fact]
    public void Help_Commands_AreAllListed()
    {
        string text = SpecimenProcess.Run("--help").Text;

        Assert.Contains("watch <pid> <map>", text, StringComparison.Ordinal);
        Assert.Contains("dump <pid>", text, StringComparison.Ordinal);
        Assert.Contains("trace <source>", text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public void Completion_Bash_CompletesACommand()
    {
        const string Bash = "/bin/bash";
        Assert.SkipUnless(File.Exists(Bash), "There is no bash.");
        string tool = string.Join(' ', SpecimenProcess.ToolCommand().Select(word => $"'{word}'"));
        (int code, string text, string errors) = SpecimenProcess.RunProcess(
            Bash,
            "-c",
            $$"""
            fsmap() { {{tool}} "$@"; }
            eval "$(fsmap completion bash)"
            COMP_LINE='fsmap dif'; COMP_POINT=9; COMP_WORDS=(fsmap dif); COMP_CWORD=1
            _fsmap
            echo "${COMPREPLY[*]}"
            """);

        Assert.Equal((0, "diff"), (code, text.Trim()));
        Assert.Empty(errors);
    }
}
