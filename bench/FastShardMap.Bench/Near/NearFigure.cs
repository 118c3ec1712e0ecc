using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Near;

/// <summary>A row of the report.</summary>
/// <param name="Id">The short name that targets use.</param>
/// <param name="Work">What was measured.</param>
/// <param name="Shown">The figures in words.</param>
/// <param name="Judgements">The targets of the row.</param>
internal sealed record NearFigure(string Id, string Work, string Shown, IReadOnlyList<Judgement> Judgements)
{
    public static NearFigure Of(string id, string work, string shown, params IReadOnlyList<Measure> measures) =>
        new(id, work, shown, AllTargets.Near.Judge(id, measures));
}
