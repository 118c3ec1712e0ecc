using System.Text.Json;
using System.Text.Json.Serialization;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;

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
                    Targets = figure.Targets.Select(target => new
                    {
                        target.Text,
                        target.Limit,
                        Measured = Numbers(target.Measured),
                        target.IsMet,
                        target.IsGoal,
                    }),
                }),
                results.Notes,
            },
            Json);
    }

    private static object? Numbers(Spread spread) => spread.HasValue
        ? new { spread.Median, spread.Min, spread.Max, spread.MedianDeviation, spread.Repetitions }
        : null;
}
