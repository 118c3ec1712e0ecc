using FastShardMap.Inspector.Rendering;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap completion</c>: a script with which a shell completes command lines. The script asks the tool
/// itself, through the directive <c>[suggest]</c> of System.CommandLine, so it never becomes outdated.</summary>
internal static class CompletionCommand
{
    public static readonly string[] Shells = ["bash", "zsh", "fish", "pwsh"];

    private const string Bash = """
        # Add to ~/.bashrc:  eval "$(fsmap completion bash)"
        _fsmap() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(fsmap "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" \
                -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _fsmap fsmap
        """;

    private const string Zsh = """
        # Add to ~/.zshrc, after compinit:  eval "$(fsmap completion zsh)"
        _fsmap() {
            local -a found
            found=("${(@f)$(fsmap "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -a found
            _files
        }
        compdef _fsmap fsmap
        """;

    private const string Fish = """
        # Add to ~/.config/fish/config.fish:  fsmap completion fish | source
        function __fsmap_suggest
            set -l line (commandline -cp)
            fsmap "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c fsmap -a '(__fsmap_suggest)'
        """;

    private const string PowerShell = """
        # Add to $PROFILE:  fsmap completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName fsmap -ScriptBlock {
            param($word, $line, $position)
            fsmap "[suggest:$position]" "$line" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    public static int Run(string shell, Output output)
    {
        string script = shell switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            "fish" => Fish,
            _ => PowerShell,
        };
        output.Writer.WriteLine(script.ReplaceLineEndings("\n"));
        return ExitCode.Ok;
    }
}
