using System.CommandLine;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Drive;

/// <summary><c>drive</c>: throughput and latency under YCSB's mixes, churn and growth.</summary>
internal static class DriveCommand
{
    public static Command Create()
    {
        Option<string[]> maps = CommandOptions.Choices(
            "--maps", "Maps to drive.", Peers.Names, [Peers.Ours, Peers.Theirs]);
        Option<string[]> mixes = CommandOptions.Choices(
            "--mixes",
            "Mixes of operations: YCSB A, B, C, F, and churn.",
            [.. Mix.All.Select(mix => mix.Name)],
            ["A", "B", "C"]);
        Option<string[]> distributions = CommandOptions.Choices(
            "--keys",
            "How keys are drawn.",
            KeyDistribution.Names,
            [KeyDistribution.Uniform, KeyDistribution.Zipfian]);
        Option<int[]> threads = CommandOptions.Numbers("--threads", "Numbers of threads to try.", 1, 1024);
        threads.DefaultValueFactory = _ => [1, Environment.ProcessorCount];
        Option<int> pairs = CommandOptions.Number("--pairs", "Pairs in the map.", 1_000_000, 1, 1_000_000_000);
        Option<int> milliseconds = CommandOptions.Number(
            "--milliseconds", "Length of each leg, throughput and latency.", 1000, 1, 3_600_000);
        Option<int> repetitions = CommandOptions.Number("--repetitions", "Repetitions.", 5, 1, 1000);
        Option<int> rate = CommandOptions.Number(
            "--open-loop", "Operations per second on a fixed timetable; 0 for a closed loop.", 0, 0, int.MaxValue);
        Option<int> shards = CommandOptions.Number("--shards", "Shards or stripes; 0 for the default.", 0, 0, 1 << 16);
        Option<bool> pin = CommandOptions.Switch("--pin", "Keep each thread on one core (Linux).");
        Option<bool> huge = CommandOptions.Switch("--huge-pages", "Huge pages in the shard map.");
        Option<int> pool = CommandOptions.Number(
            "--pool", "With --growth and --huge-pages: MiB kept ready for growth.", 0, 0, 1 << 20);
        Option<bool> background = CommandOptions.Switch("--background", "Background migration in the shard map.");
        Option<bool> growth = CommandOptions.Switch(
            "--growth", "Instead of mixes: grow from empty to --pairs, alone and with --readers.");
        Option<int> readers = CommandOptions.Number("--readers", "Readers during growth.", 1, 0, 1024);

        Command command = new("drive", "Measures throughput and latency under mixed operations, churn and growth.")
        {
            maps, mixes, distributions, threads, pairs, milliseconds, repetitions, rate, shards,
            pin, huge, pool, background, growth, readers,
        };
        command.SetAction(parsed => CommandRun.Guarded("drive", terminal =>
        {
            if (parsed.GetValue(growth))
            {
                Grow(terminal, new GrowthOptions
                {
                    Maps = parsed.GetValue(maps)!,
                    Pairs = parsed.GetValue(pairs),
                    Readers = parsed.GetValue(readers),
                    Repetitions = parsed.GetValue(repetitions),
                    Pin = parsed.GetValue(pin),
                    HugePages = parsed.GetValue(huge),
                    PoolMebibytes = parsed.GetValue(pool),
                    Background = parsed.GetValue(background),
                });
                return CommandRun.Done;
            }

            DriveOptions options = new()
            {
                Maps = parsed.GetValue(maps)!,
                Mixes = parsed.GetValue(mixes)!,
                Distributions = parsed.GetValue(distributions)!,
                Threads = parsed.GetValue(threads)!,
                Pairs = parsed.GetValue(pairs),
                Duration = TimeSpan.FromMilliseconds(parsed.GetValue(milliseconds)),
                Repetitions = parsed.GetValue(repetitions),
                ArrivalRate = parsed.GetValue(rate),
                Pin = parsed.GetValue(pin),
                HugePages = parsed.GetValue(huge),
                Background = parsed.GetValue(background),
                Shards = parsed.GetValue(shards),
            };
            DriveReport.Print(terminal, new DriveSession(options, terminal.Announce).Run());
            return CommandRun.Done;
        }));
        return command;
    }

    private static void Grow(Terminal terminal, GrowthOptions options)
    {
        GrowthSession session = new(options, terminal.Announce);
        List<GrowthResult> results = session.Run();
        DriveReport.Print(terminal, results, session.MachineGaps(TimeSpan.FromSeconds(2)));
    }
}
