using System.Text.Json;
using System.Text.Json.Serialization;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Compare;

/// <summary>A comparison for programs: the numbers behind the table, times in nanoseconds.</summary>
internal static class CompareJson
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Write(CompareResults results, MachineInfo machine, CompareOptions options)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(options);
        return JsonSerializer.Serialize(
            new
            {
                machine,
                options.Repetitions,
                options.ShrinkFactor,
                results.TargetsMet,
                TargetsAsked = results.Targets.Count(),
                Floors = results.Floors.Select(floor => new
                {
                    floor.Pairs,
                    floor.Form,
                    SmallPages = Numbers(floor.SmallPages),
                    HugePages = Numbers(floor.HugePages),
                    floor.HugeShare,
                }),
                Figures = results.Figures.Select(figure => new
                {
                    figure.Id,
                    figure.Work,
                    ShardMap = Numbers(figure.Ours),
                    ConcurrentDictionary = Numbers(figure.Theirs),
                    Floor = Numbers(figure.Floor),
                    Targets = figure.Targets.Select(OneTarget),
                }),
                Peers = results.Peers.Select(peer => new
                {
                    peer.Id,
                    peer.Work,
                    peer.Map,
                    Time = Numbers(peer.Time),
                    OfDictionary = Numbers(peer.OfDictionary),
                }),
                results.Notes,
            },
            Json);
    }

    /// <summary>Limits in the unit of what was measured: nanoseconds, bytes or multiples.</summary>
    private static object OneTarget(Judgement one) => new
    {
        one.Target.Text,
        Limit = one.Target.Limit * one.Target.Unit.Scale,
        Measured = Numbers(one.Measured),
        one.IsMet,
        one.Target.IsGoal,
    };

    private static object? Numbers(Spread spread) => spread.HasValue
        ? new { spread.Median, spread.Min, spread.Max, spread.MedianDeviation, spread.Repetitions }
        : null;
}
