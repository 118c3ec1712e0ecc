using System.CommandLine;
using FastShardMap.Bench.BackEnds;
using FastShardMap.Bench.Caches;
using FastShardMap.Bench.Census;
using FastShardMap.Bench.Compare;
using FastShardMap.Bench.Drive;
using FastShardMap.Bench.Layout;
using FastShardMap.Bench.Memory;
using FastShardMap.Bench.Near;
using FastShardMap.Bench.Report;
using FastShardMap.Bench.Route;
using FastShardMap.Bench.Suites;
using FastShardMap.Bench.Texts;

RootCommand root = new("Measures FastShardMap beside the maps it would replace.")
{
    CacheCommand.Create(),
    CensusCommand.Create(),
    CompareCommand.Create(),
    DriveCommand.Create(),
    BackEndsCommand.Create(),
    LayoutCommand.Create(),
    SuitesCommand.Create(),
    MemoryCommand.Create(),
    NearCommand.Create(),
    RouteCommand.Create(),
    TextCommand.Create(),
    ReportCommand.Create(),
    MemoryProbeCommand.Create(),
};
ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
int exitCode = parsed.Invoke();

// A wrong option ends with 2, as any other bad input does; 1 is for a measurement that found a fault.
return parsed.Errors.Count > 0 ? 2 : exitCode;
