using System.CommandLine;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Suites;

/// <summary><c>suites</c>: the BenchmarkDotNet suites, with the choice of maps, sizes and runtime settings.</summary>
internal static class SuitesCommand
{
    private static readonly int[] AllSizes = [100, 1_000, 100_000, 1_000_000, 10_000_000];
    private static readonly int[] DefaultSizes = [1_000, 1_000_000];

    public static Command Create()
    {
        Option<string[]> suites = CommandOptions.Choices(
            "--suites", "Suites to run.", [.. SuiteConfig.Suites.Keys], ["find", "floor"]);
        Option<string[]> maps = CommandOptions.Choices(
            "--maps", "Maps.", Enum.GetNames<Peer>(), [nameof(Peer.ShardMap), nameof(Peer.ConcurrentDictionary)]);
        Option<string[]> shapes = CommandOptions.Choices(
            "--shapes", "Bytes of key and value.", Enum.GetNames<EntryShape>(), [nameof(EntryShape.Key8Value8)]);
        Option<int[]> sizes = new("--sizes")
        {
            Description = "Numbers of pairs: 100, 1000, 100000, 1000000, 10000000.",
            DefaultValueFactory = _ => DefaultSizes,
            AllowMultipleArgumentsPerToken = true,
        };
        sizes.AcceptOnlyFromAmong([.. AllSizes.Select(size => $"{size}")]);
        Option<string[]> methods = new("--methods")
        {
            Description = "Only methods whose names contain one of these.",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string[]> isa = CommandOptions.Choices(
            "--isa", "Levels of vector instructions.", [.. SuiteConfig.IsaLevels.Keys], ["default"]);
        Option<bool> all = CommandOptions.Switch("--all", "Every suite, map, shape and size: takes many hours.");
        Option<bool> withoutPgo = CommandOptions.Switch("--without-pgo", "Also without profile-guided code.");
        Option<bool> nativeAot = CommandOptions.Switch(
            "--native-aot", "Also compiled ahead of time, for this processor. Needs a C compiler.");
        Option<bool> disassembly = CommandOptions.Switch("--disassembly", "Also export the machine code.");
        Option<bool> isShort = CommandOptions.Switch("--short", "Three iterations: a first impression.");
        Option<bool> inProcess = CommandOptions.Switch("--in-process", "No process of its own for each benchmark.");
        Option<string?> artifacts = CommandOptions.File("--artifacts", "Folder for reports.");

        Command command = new("suites", "Runs the BenchmarkDotNet suites.")
        {
            suites, maps, shapes, sizes, methods, isa, all, withoutPgo, nativeAot, disassembly, isShort, inProcess,
            artifacts,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(nativeAot) && result.GetValue(inProcess))
            {
                result.AddError("--native-aot needs processes of its own, which --in-process excludes.");
            }
        });
        command.SetAction(parsed =>
        {
            bool isAll = parsed.GetValue(all);
            return Run(new SuiteOptions
            {
                Suites = isAll ? [.. SuiteConfig.Suites.Keys] : parsed.GetValue(suites)!,
                Maps = isAll ? Enum.GetValues<Peer>() : Array.ConvertAll(parsed.GetValue(maps)!, Enum.Parse<Peer>),
                Shapes = isAll
                    ? Enum.GetValues<EntryShape>()
                    : Array.ConvertAll(parsed.GetValue(shapes)!, Enum.Parse<EntryShape>),
                Sizes = isAll ? AllSizes : parsed.GetValue(sizes)!,
                Methods = parsed.GetValue(methods) ?? [],
                IsaLevels = parsed.GetValue(isa)!,
                WithoutPgo = parsed.GetValue(withoutPgo),
                NativeAot = parsed.GetValue(nativeAot),
                Disassembly = parsed.GetValue(disassembly),
                IsShort = parsed.GetValue(isShort),
                InProcess = parsed.GetValue(inProcess),
                ArtifactsPath = parsed.GetValue(artifacts) is { } path ? Path.GetFullPath(path) : null,
            });
        });
        return command;
    }

    private static int Run(SuiteOptions options)
    {
        // BenchmarkDotNet looks for the project to build below the current folder.
        if (RepositoryRoot.Find() is { } root)
        {
            Environment.CurrentDirectory = root;
        }

        Type[] types = [.. options.Suites.Select(name => SuiteConfig.Suites[name])];
        Summary[] summaries = BenchmarkRunner.Run(types, SuiteConfig.Create(options));
        bool ok = summaries.Length > 0 && summaries.All(summary =>
            !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success));
        return ok ? CommandRun.Done : CommandRun.Failed;
    }
}
