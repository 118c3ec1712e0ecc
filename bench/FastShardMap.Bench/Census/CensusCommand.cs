using System.CommandLine;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using Ours = FastShardMap.Bench.Maps.ShardMapCounter<ulong, long>;
using Theirs = FastShardMap.Bench.Maps.ConcurrentDictionaryCounter<ulong, long>;

namespace FastShardMap.Bench.Census;

/// <summary>
/// <c>census [path…]</c>: counts every distinct 8-byte window of real files in both maps and compares the answers.
/// </summary>
internal static class CensusCommand
{
    public static Command Create()
    {
        Argument<string[]> paths = new("path")
        {
            Description = "Files and folders to read (default: the assemblies of the installed .NET shared framework).",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<long> limit = CommandOptions.Bytes(
            "--limit",
            "Bytes of input to read at most, such as 500K, 32M or 2G; 0 for all.",
            CensusOptions.DefaultLimitBytes);
        Option<int> stride = CommandOptions.Number(
            "--stride", "Bytes between the starts of two windows.", 1, least: 1, most: 1 << 20);
        Option<int> threads = CommandOptions.Threads(Environment.ProcessorCount);
        Option<int> shards = CommandOptions.Number(
            "--shards", "Shards of the shard map; 0 for its default.", 0, least: 0, most: 1 << 16);
        Option<bool> hugePages = CommandOptions.Switch("--huge-pages", "Ask for huge pages in the shard map.");

        Command command = new(
            "census",
            "Counts every distinct 8-byte window of real files, in the shard map and in ConcurrentDictionary.")
        {
            paths, limit, stride, threads, shards, hugePages,
        };
        command.SetAction(parsed => Run(new CensusOptions
        {
            Paths = parsed.GetValue(paths) ?? [],
            LimitBytes = parsed.GetValue(limit),
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
            return Count<Ours, Theirs>(terminal, options);
        }
        catch (CensusInputException exception)
        {
            Console.Error.WriteLine($"census: {exception.Message}");
            return CommandRun.BadInput;
        }
    }

    private static int Count<TOurs, TTheirs>(Terminal terminal, CensusOptions options)
        where TOurs : struct, ICountingMap<TOurs, ulong, long>
        where TTheirs : struct, ICountingMap<TTheirs, ulong, long>
    {
        CensusInput input = CensusInput.Read(options.Paths, options.LimitBytes, options.StrideBytes);
        CensusReport report = new(terminal);
        report.Input(input, options);

        MapSettings settings = new(Shards: options.Shards, HugePages: options.HugePages);
        TOurs ours = TOurs.Create(settings);
        TTheirs theirs = TTheirs.Create(default);
        CensusVerifier<TOurs, TTheirs> verifier = new(ours, theirs, input.Windows);
        CensusResult? ourResult = null;
        CensusResult? theirResult = null;
        LatencyHistogram gaps = new();
        bool same = false;
        CensusProgress.Run(terminal, stages =>
        {
            stages.Start("warming up and measuring the machine");
            CensusRun<TOurs>.WarmUp(input, () => TOurs.Create(settings));
            CensusRun<TTheirs>.WarmUp(input, () => TTheirs.Create(default));
            JitterMeter.MeasureOnThreads(options.Threads, TimeSpan.FromSeconds(1), pin: false, gaps);

            // The managed map comes second: its heap would lengthen any collection in the other's time.
            Action<double>? progress = stages.Start($"counting in {TOurs.Label}");
            ourResult = CensusRun<TOurs>.Count(input, ours, options.Threads, progress);
            progress = stages.Start($"counting in {TTheirs.Label}");
            theirResult = CensusRun<TTheirs>.Count(input, theirs, options.Threads, progress);
            stages.Start("comparing the two");
            same = verifier.Verify();
            stages.End();
        });

        report.Results(ourResult!, theirResult!, gaps);
        report.Footnotes(gaps, theirResult!);
        report.Verdict(same, verifier.Differences, verifier.DifferenceCount, ourResult!);
        ours.Dispose();
        theirs.Dispose();
        return same ? CommandRun.Done : CommandRun.Failed;
    }
}
