using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Compare;

/// <summary>Everything a comparison found, in the order it is to be shown.</summary>
internal sealed class CompareResults
{
    public List<Figure> Figures { get; } = [];

    public List<FloorFigure> Floors { get; } = [];

    public List<PeerFigure> Peers { get; } = [];

    /// <summary>What a reader must know to judge the figures.</summary>
    public List<string> Notes { get; } = [];

    public IEnumerable<Judgement> Judgements => Figures.SelectMany(figure => figure.Targets);

    public IEnumerable<Judgement> Targets => Judgements.Where(one => !one.Target.IsGoal);

    public int TargetsMet => Targets.Count(one => one.IsMet);

    public void Add(
        string id,
        string work,
        (Spread Ours, Spread Theirs, Spread Floor) figures,
        Func<double, string> format,
        params IReadOnlyList<Measure> measures) =>
        Figures.Add(new Figure(
            id, work, figures.Ours, figures.Theirs, figures.Floor, format, AllTargets.Compare.Judge(id, measures)));

    /// <summary>A row of times, whose quotients are paired.</summary>
    public void AddTimes(
        string id, string work, Series ours, Series theirs, Series? floor, params IReadOnlyList<Measure> more)
    {
        ArgumentNullException.ThrowIfNull(ours);
        ArgumentNullException.ThrowIfNull(theirs);
        List<Measure> measures = new() { new(TargetUnit.OfDictionary, ours.RatioTo(theirs)) };
        if (floor is not null)
        {
            measures.Add(new Measure(TargetUnit.OfFloor, ours.RatioTo(floor)));
        }

        measures.AddRange(more);
        Spread floors = floor?.Spread ?? Spread.None;
        Add(id, work, (ours.Spread, theirs.Spread, floors), Units.Duration, measures);
    }
}
