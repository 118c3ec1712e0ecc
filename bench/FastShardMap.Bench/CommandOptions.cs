using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench;

/// <summary>Command-line options that check their range and say what it is.</summary>
internal static class CommandOptions
{
    public static Option<int> Threads(int defaultValue) =>
        Number("--threads", "Threads that work at once.", defaultValue, 1, 1024);

    public static Option<string?> Markdown() => File("--markdown", "Also write the tables to this file.");

    public static Option<string?> File(string name, string description) => new(name) { Description = description };

    /// <summary>A folder, which is created if it is not there.</summary>
    public static Option<string?> Folder(string name, string description)
    {
        Option<string?> option = File(name, description);
        option.Validators.Add(result =>
        {
            string? path = result.Tokens.Count == 0 ? null : result.Tokens[^1].Value;
            if (System.IO.File.Exists(path))
            {
                result.AddError($"{name} takes a folder, and '{path}' is a file.");
            }
        });
        return option;
    }

    public static Option<bool> Quick(string description = "Fewer operations and repetitions.") =>
        Switch("--quick", description);

    public static Option<bool> Switch(string name, string description) => new(name) { Description = description };

    public static Option<int> Shrink() => Number(
        "--shrink", "Divide all sizes by this: to try the command out.", defaultValue: 1, least: 1, most: 10_000);

    /// <summary>For a command whose rows have targets; end it with <see cref="Targets.TargetCheck.Report"/>.</summary>
    public static Option<bool> Check(params string[] aliases) => new("--check", aliases)
    {
        Description = "Name the rows that fall short of their targets, and end with exit code 1 if there are any.",
    };

    public static Option<int> Number(string name, string description, int defaultValue, int least, int most)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => defaultValue };
        option.Validators.Add(result =>
        {
            // A value that is no number has its own message already.
            string? text = result.Tokens.Count == 0 ? null : result.Tokens[^1].Value;
            if (int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) &&
                (value < least || value > most))
            {
                result.AddError($"{name} must lie between {least} and {most}, not {value}.");
            }
        });
        return option;
    }

    /// <summary>Several numbers; none unless given.</summary>
    public static Option<int[]> Numbers(string name, string description, int least, int most)
    {
        Option<int[]> option = new(name) { Description = description, AllowMultipleArgumentsPerToken = true };
        option.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(token => token.Value))
            {
                bool isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
                if (!isNumber || number < least || number > most)
                {
                    result.AddError($"{name} takes numbers between {least} and {most}, not '{text}'.");
                }
            }
        });
        return option;
    }

    /// <summary>Some of several names.</summary>
    public static Option<string[]> Choices(string name, string description, string[] all, string[] defaults)
    {
        Option<string[]> option = new(name)
        {
            Description = description,
            DefaultValueFactory = _ => defaults,
            AllowMultipleArgumentsPerToken = true,
        };
        option.AcceptOnlyFromAmong(all);
        return option;
    }

    public static Option<long> Bytes(string name, string description, long defaultValue) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => defaultValue,
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            if (Units.TryParseBytes(text, out long bytes))
            {
                return bytes;
            }

            result.AddError($"{name} takes a number of bytes such as 500K, 32M or 2G, not '{text}'.");
            return 0;
        },
    };
}
