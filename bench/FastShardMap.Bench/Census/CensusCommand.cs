using System.CommandLine;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Census;

/// <summary>
/// <c>census [path…]</c>: counts every distinct 8-byte window, or every distinct word, of real files in both maps and
/// compares the answers.
/// </summary>
internal static class CensusCommand
{
    public static Command Create()
    {
        Argument<string[]> paths = new("path")
        {
            Description = "Files and folders to read (default: the assemblies of the installed .NET shared framework; "
                + "with --words its XML documentation).",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<long> limit = CommandOptions.Bytes(
            "--limit",
            "Bytes of input to read at most, such as 500K, 32M or 2G; 0 for all.",
            CensusOptions.DefaultLimitBytes);
        Option<bool> words = CommandOptions.Switch(
            "--words", "Count the words of texts in UTF-8, in the map for text keys.");
        Option<int> stride = CommandOptions.Number(
            "--stride", "Bytes between the starts of two windows.", 1, least: 1, most: 1 << 20);
        Option<int> threads = CommandOptions.Threads(Environment.ProcessorCount);
        Option<int> shards = CommandOptions.Number(
            "--shards", "Shards of the shard map; 0 for its default.", 0, least: 0, most: 1 << 16);
        Option<bool> hugePages = CommandOptions.Switch("--huge-pages", "Ask for huge pages in the shard map.");

        Command command = new(
            "census",
            "Counts every distinct 8-byte window or word of real files, in the shard map and in ConcurrentDictionary.")
        {
            paths, words, limit, stride, threads, shards, hugePages,
        };
        command.SetAction(parsed => Run(new CensusOptions
        {
            Paths = parsed.GetValue(paths) ?? [],
            LimitBytes = parsed.GetValue(limit),
            Words = parsed.GetValue(words),
            StrideBytes = parsed.GetValue(stride),
            Threads = parsed.GetValue(threads),
            Shards = parsed.GetValue(shards),
            HugePages = parsed.GetValue(hugePages),
        }));
        return command;
    }

    private static int Run(CensusOptions options)
    {
        Terminal terminal = Terminal.Create();
        try
        {
            return options.Words ? CountWords(terminal, options) : CountWindows(terminal, options);
        }
        catch (CensusInputException exception)
        {
            Console.Error.WriteLine($"census: {exception.Message}");
            return CommandRun.BadInput;
        }
    }

    private static int CountWindows(Terminal terminal, CensusOptions options)
    {
        WindowInput input = WindowInput.Read(options.Paths, options.LimitBytes, options.StrideBytes);
        MapSettings settings = SettingsOf(options);
        return Count(
            terminal,
            options,
            input,
            "windows",
            () => new WindowCounter<ShardMapCounter<ulong, long>>(
                input, ShardMapCounter<ulong, long>.Create(settings)),
            () => new WindowCounter<ConcurrentDictionaryCounter<ulong, long>>(
                input, ConcurrentDictionaryCounter<ulong, long>.Create(default)));
    }

    private static int CountWords(Terminal terminal, CensusOptions options)
    {
        WordInput input = WordInput.Read(options.Paths, options.LimitBytes);
        MapSettings settings = SettingsOf(options);
        return Count(
            terminal,
            options,
            input,
            "words",
            () => new WordCounter<TextShardMapWords>(input, TextShardMapWords.Create(settings)),
            () => new WordCounter<ConcurrentDictionaryWords>(input, ConcurrentDictionaryWords.Create(default)));
    }

    private static MapSettings SettingsOf(CensusOptions options) =>
        new(Shards: options.Shards, HugePages: options.HugePages);

    private static int Count<TKey>(
        Terminal terminal,
        CensusOptions options,
        ICensusInput input,
        string items,
        Func<CensusCounter<TKey>> createOurs,
        Func<CensusCounter<TKey>> createTheirs)
    {
        CensusReport report = new(terminal);
        report.Input(input, options);

        using CensusCounter<TKey> ours = createOurs();
        using CensusCounter<TKey> theirs = createTheirs();
        CensusVerifier<TKey> verifier = new(ours, theirs, input.Items);
        CensusResult? ourResult = null;
        CensusResult? theirResult = null;
        LatencyHistogram gaps = new();
        bool same = false;
        CensusProgress.Run(terminal, stages =>
        {
            stages.Start("warming up and measuring the machine");
            CensusRun<TKey>.WarmUp(createOurs);
            CensusRun<TKey>.WarmUp(createTheirs);
            JitterMeter.MeasureOnThreads(options.Threads, TimeSpan.FromSeconds(1), pin: false, gaps);

            // The managed map comes second: its heap would lengthen any collection in the other's time.
            Action<double>? progress = stages.Start($"counting in {ours.Label}");
            ourResult = CensusRun<TKey>.Count(ours, options.Threads, progress);
            progress = stages.Start($"counting in {theirs.Label}");
            theirResult = CensusRun<TKey>.Count(theirs, options.Threads, progress);
            stages.Start("comparing the two");
            same = verifier.Verify();
            stages.End();
        });

        report.Results(ourResult!, theirResult!, gaps);
        report.Footnotes(gaps, theirResult!);
        report.Verdict(same, verifier.Differences, verifier.DifferenceCount, ourResult!, items);
        return same ? CommandRun.Done : CommandRun.Failed;
    }
}
