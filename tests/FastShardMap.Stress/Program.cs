using System.CommandLine;
using System.Globalization;
using FastShardMap.Stress;
using Spectre.Console;

Option<string> duration = new("--duration")
{
    Description = "How long, all scenarios together: 30s, 10m, 8h.",
    DefaultValueFactory = static _ => "30s",
};
Option<int> threads = new("--threads")
{
    Description = "Threads of each scenario.",
    DefaultValueFactory = static _ => 8,
};
Option<string> test = new("--test")
{
    Description = $"all, or some of: {string.Join(", ", StressCatalogue.Names)}.",
    DefaultValueFactory = static _ => "all",
};
Option<int> seed = new("--seed")
{
    Description = "Of every random choice but the machine's own.",
    DefaultValueFactory = static _ => 1,
};
Option<int> hang = new("--hang")
{
    Description = "Seconds without progress of a thread that count as a hang.",
    DefaultValueFactory = static _ => 30,
};
RootCommand root = new("Runs a FastShardMap with real threads for as long as you like, and checks what it answers.")
{
    duration, threads, test, seed, hang,
};
root.SetAction(parsed =>
{
    StressOptions options;
    try
    {
        options = new StressOptions
        {
            Duration = StressOptions.ParseDuration(parsed.GetValue(duration)!),
            Threads = parsed.GetValue(threads) is > 0 and <= 1024 and int count
                ? count
                : throw new FormatException("--threads is from 1 to 1024."),
            Tests = StressCatalogue.Select(parsed.GetValue(test)!),
            Seed = parsed.GetValue(seed),
            HangLimit = TimeSpan.FromSeconds(Math.Max(1, parsed.GetValue(hang))),
        };
    }
    catch (FormatException exception)
    {
        Console.Error.WriteLine(exception.Message);
        return StressVerdict.BadArguments;
    }

    AnsiConsole.MarkupLineInterpolated(
        CultureInfo.InvariantCulture,
        $"{options.Tests.Count} scenarios, {options.Threads} threads, {options.Duration.TotalSeconds:0.#} s");
    AnsiConsole.MarkupLineInterpolated(
        CultureInfo.InvariantCulture,
        $"seed {options.Seed}, {Environment.ProcessorCount} processors");
    StressVerdict verdict = new StressRunner(options).Run(static report => AnsiConsole.WriteLine(report));
    verdict.Print();
    return verdict.ExitCode;
});
ParseResult result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
int exitCode = result.Invoke();
return result.Errors.Count > 0 ? StressVerdict.BadArguments : exitCode;
