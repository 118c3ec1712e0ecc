using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Reporting;

/// <summary>A row of a <see cref="FigureReport"/>.</summary>
/// <param name="Id">The short name that targets use.</param>
/// <param name="Work">What was measured.</param>
/// <param name="Shown">The figures in words.</param>
/// <param name="Judgements">The targets of the row.</param>
internal sealed record FigureRow(string Id, string Work, string Shown, IReadOnlyList<Judgement> Judgements)
{
    public static FigureRow Of(
        TargetTable targets, string id, string work, string shown, params IReadOnlyList<Measure> measures) =>
        new(id, work, shown, targets.Judge(id, measures));
}
