using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using FastShardMap.Inspector.Reports;

namespace FastShardMap.Inspector.Commands;

/// <summary>The arguments and options that several commands have.</summary>
internal static partial class CommandTree
{
    // The shell completes the ids of the processes that have maps.
    private static Argument<int> ProcessId()
    {
        Argument<int> process = new("pid")
        {
            Description = "A process id.",
            HelpName = "pid", // otherwise, the help would list the processes
        };
        process.CompletionSources.Add(static _ => ProcessSummary.All().Select(
            static found => new CompletionItem(
                found.Pid.ToString(CultureInfo.InvariantCulture))));
        return process;
    }

    private static Option<bool> Json() => new("--json") { Description = "Print JSON." };

    private static Argument<string?> Map(
        string description = "The map: its name or the beginning of it, its number in 'list', or its address. Not "
            + "needed if there is only one.") => new("map")
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static Option<T> Limit<T>(string description, T otherwise)
        where T : struct, IBinaryInteger<T> => new("--limit")
    {
        Description = description,
        DefaultValueFactory = _ => otherwise,
        CustomParser = result => ParseNumber(result, T.Zero),
    };

    private static T ParseNumber<T>(ArgumentResult result, T least)
        where T : struct, IBinaryInteger<T>
    {
        string text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T number)
            && number >= least)
        {
            return number;
        }

        result.AddError(
            $"{((OptionResult)result.Parent!).Option.Name} takes a whole number of at least "
                + $"{least}; '{text}' is not one.");
        return default;
    }

    private static TimeSpan ParseDuration(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        (string unit, double seconds)[] units = [("ms", 0.001), ("s", 1), ("m", 60), (string.Empty, 1)];
        foreach ((string unit, double seconds) in units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(
                    text.AsSpan(0, text.Length - unit.Length),
                    NumberStyles.Float,
                    CultureInfo.InvariantCulture,
                    out double number)
                && number * seconds is > 0 and <= 86_400)
            {
                return TimeSpan.FromSeconds(number * seconds);
            }
        }

        result.AddError($"'{text}' is not a duration such as 500ms, 10s or 2m.");
        return default;
    }
}
