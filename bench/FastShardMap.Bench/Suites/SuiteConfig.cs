using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using BenchmarkDotNet.Toolchains.NativeAot;
using FastShardMap.Bench.Maps;

namespace FastShardMap.Bench.Suites;

/// <summary>BenchmarkDotNet's configuration for what was asked.</summary>
internal static class SuiteConfig
{
    /// <summary>From here on an immutable dictionary takes minutes to fill and is never close.</summary>
    private const int ImmutableMost = 1_000_000;

    /// <summary>Maps of a fixed capacity drop pairs past this many, unless they are told of more.</summary>
    private const int BoundedMost = 1 << 16;

    /// <summary>On a busy machine a build takes longer than BenchmarkDotNet's two minutes.</summary>
    private static readonly TimeSpan BuildTimeout = TimeSpan.FromMinutes(20);

    public static readonly IReadOnlyDictionary<string, Type> Suites =
        new Dictionary<string, Type>(StringComparer.Ordinal)
        {
            ["find"] = typeof(FindSuite),
            ["update"] = typeof(UpdateSuite),
            ["fill"] = typeof(FillSuite),
            ["remove"] = typeof(RemoveSuite),
            ["whole"] = typeof(WholeMapSuite),
            ["floor"] = typeof(FloorSuite),
            ["observe"] = typeof(ObserveSuite),
            ["family"] = typeof(FamilySuite),
        };

    /// <summary>Switches of the runtime for each ISA level; .NET 10 knows both spellings of AVX-512's.</summary>
    public static readonly IReadOnlyDictionary<string, (string Name, string Value)[]> IsaLevels =
        new Dictionary<string, (string Name, string Value)[]>(StringComparer.Ordinal)
        {
            ["default"] = [],
            ["no-avx512"] = [("DOTNET_EnableAVX512F", "0"), ("DOTNET_EnableAVX512", "0")],
            ["no-avx2"] =
            [
                ("DOTNET_EnableAVX512F", "0"), ("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX2", "0"),
            ],
            ["none"] = [("DOTNET_EnableHWIntrinsic", "0")],
        };

    public static IConfig Create(SuiteOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ManualConfig config = ManualConfig.CreateEmpty()
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddColumn(new PerPairColumn())
            .AddLogger(ConsoleLogger.Default)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddExporter(MarkdownExporter.GitHub, JsonExporter.Full)
            .AddFilter(new SimpleFilter(benchmark => IsWanted(options, benchmark)))
            .WithBuildTimeout(BuildTimeout)
            .WithOptions(ConfigOptions.DisableOptimizationsValidator);
        if (options.Disassembly)
        {
            config.AddDiagnoser(new DisassemblyDiagnoser(new DisassemblyDiagnoserConfig(maxDepth: 3)));
        }

        if (options.ArtifactsPath is { } path)
        {
            config.WithArtifactsPath(path);
        }

        foreach (string level in options.IsaLevels)
        {
            Job job = Named(options, level, level);
            config.AddJob(job);
            if (options.WithoutPgo)
            {
                Job withoutPgo = Named(options, level, level + ", no PGO");
                config.AddJob(withoutPgo.WithEnvironmentVariable("DOTNET_TieredPGO", "0"));
            }
        }

        if (options.NativeAot)
        {
            config.AddJob(AheadOfTime(options));
        }

        return config;
    }

    /// <summary>Whether a map can do what a method asks of it, in sensible time.</summary>
    internal static bool CanDo(Peer map, string method, int size) => map switch
    {
        Peer.ImmutableDictionary when size > ImmutableMost => false,
        Peer.FrozenDictionary when IsWrite(method) => false,
        Peer.ConcurrentLru or Peer.Faster when size > BoundedMost && method == nameof(FillSuite.InsertGrowing) => false,
        Peer.Faster when method is nameof(UpdateSuite.RemoveThenInsertNew) or nameof(RemoveSuite.RemoveAll) => false,
        Peer.ShardMap or Peer.ConcurrentDictionary => true,
        _ => !string.Equals(method, nameof(FindSuite.HitBatched), StringComparison.Ordinal),
    };

    private static bool IsWrite(string method) => method is
        nameof(UpdateSuite.OverwriteExisting) or nameof(UpdateSuite.ChangeInPlace) or
        nameof(UpdateSuite.GetOrAddExisting) or nameof(UpdateSuite.RemoveThenInsertNew) or
        nameof(RemoveSuite.RemoveAll) or nameof(FillSuite.InsertGrowing);

    private static Job Named(SuiteOptions options, string isaLevel, string id)
    {
        Job job = BaseOf(options);
        foreach ((string name, string value) in IsaLevels[isaLevel])
        {
            job = job.WithEnvironmentVariable(name, value);
        }

        if (options.InProcess)
        {
            job = job.WithToolchain(InProcessEmitToolchain.Instance);
        }

        return job.WithId(id);
    }

    private static Job BaseOf(SuiteOptions options) => options.IsShort ? Job.ShortRun : Job.Default;

    // BenchmarkDotNet passes the vector instructions of this processor to the compiler. Linking needs clang or gcc.
    private static Job AheadOfTime(SuiteOptions options)
    {
        Job job = BaseOf(options)
            .WithToolchain(NativeAotToolchain.CreateBuilder()
                .UseNuGet(microsoftDotNetILCompilerVersion: string.Empty, nuGetFeedUrl: string.Empty)
                .TargetFrameworkMoniker("net10.0")
                .DisplayName("NativeAOT")
                .ToToolchain())
            .WithId("NativeAOT");
        return OperatingSystem.IsWindows() || HasProgram("clang")
            ? job
            : job.WithArguments([new MsBuildArgument("/p:CppCompilerAndLinker=gcc")]);
    }

    private static bool HasProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, name)));

    private static bool IsWanted(SuiteOptions options, BenchmarkCase benchmark)
    {
        string method = benchmark.Descriptor.WorkloadMethod.Name;
        int size = (int)benchmark.Parameters[nameof(MapSuite.Size)];
        bool isMethod = options.Methods.Count == 0 ||
            options.Methods.Any(part => method.Contains(part, StringComparison.OrdinalIgnoreCase));
        if (!isMethod || !options.Sizes.Contains(size))
        {
            return false;
        }

        if (!benchmark.Descriptor.Type.IsSubclassOf(typeof(MapSuite)))
        {
            return true;
        }

        Peer map = (Peer)benchmark.Parameters[nameof(MapSuite.Map)];
        EntryShape shape = (EntryShape)benchmark.Parameters[nameof(MapSuite.Shape)];
        return options.Maps.Contains(map) && options.Shapes.Contains(shape) && CanDo(map, method, size);
    }
}
