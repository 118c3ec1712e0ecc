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
        (int code, string text, string errors) = SpecimenProcess.RunProcess(
            PathOf("bash"),
            "-c",
            $$"""
            fsmap() { {{Tool}} "$@"; }
            eval "$(fsmap completion bash)"
            COMP_LINE='fsmap dif'; COMP_POINT=9; COMP_WORDS=(fsmap dif); COMP_CWORD=1
            _fsmap
            echo "${COMPREPLY[*]}"
            """);

        Assert.Equal((0, "diff"), (code, text.Trim()));
        Assert.Empty(errors);
    }

    // Zsh completes only in its line editor, so the keys are typed.
    [Fact]
    [Trait("Category", "Heavy")]
    public void Completion_Zsh_CompletesACommand()
    {
        string zsh = PathOf("zsh");
        string text = PseudoTerminal.Type(
            100,
            new Dictionary<string, string> { ["PS1"] = "ready> ", ["LC_ALL"] = "C.UTF-8" },
            [
                ("ready> ", $"fsmap() {{ {Tool} \"$@\"; }}\r"),
                ("ready> ", "autoload -Uz compinit; compinit -D; eval \"$(fsmap completion zsh)\"; echo loa''ded\r"),
                ("loaded", "fsmap dif\t\r"),
                ("fsmap diff --help", "exit\r"),
            ],
            zsh,
            "-f",
            "-i");

        // The completed command ran, without the arguments that it needs.
        Assert.Contains("Run 'fsmap diff --help' for usage.", text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public void Completion_Fish_CompletesACommand()
    {
        string home = Directory.CreateTempSubdirectory("fsmap-fish-").FullName;
        try
        {
            (int code, string text, string errors) = SpecimenProcess.RunProcess(
                "/usr/bin/env",
                $"HOME={home}",
                PathOf("fish"),
                "--no-config",
                "-c",
                $"""
                function fsmap; {Tool} $argv; end
                fsmap completion fish | source
                complete -C 'fsmap dif'
                """);

            Assert.Equal((0, "diff"), (code, text.Trim()));
            Assert.Empty(errors);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public void Completion_PowerShell_CompletesACommand()
    {
        (int code, string text, string errors) = SpecimenProcess.RunProcess(
            PathOf("pwsh"),
            "-NoProfile",
            "-NonInteractive",
            "-Command",
            $$"""
            function fsmap { & {{Tool}} @args }
            fsmap completion pwsh | Out-String | Invoke-Expression
            [System.Management.Automation.CommandCompletion]::CompleteInput('fsmap dif', 9, $null).CompletionMatches |
                ForEach-Object { $_.CompletionText }
            """);

        Assert.Equal((0, "diff"), (code, text.Trim()));
        Assert.Empty(errors);
    }

    private static string Tool => string.Join(' ', SpecimenProcess.ToolCommand().Select(word => $"'{word}'"));

    // Skips the test where there is no such shell.
    private static string PathOf(string shell)
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator)
            .Append(Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? string.Empty, ".dotnet", "tools"))
            .Select(folder => Path.Combine(folder, shell))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(
            path is null,
            $"There is no {shell}: .ci/install-shells gets it where it is to be had.");
        return path!;
    }
}
