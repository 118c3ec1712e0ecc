namespace FastShardMap.Bench.Compare;

/// <summary>Everything a comparison found, in the order it is to be shown.</summary>
internal sealed class CompareResults
{
    public List<Figure> Figures { get; } = [];

    public List<FloorFigure> Floors { get; } = [];

    /// <summary>What a reader must know to judge the figures.</summary>
    public List<string> Notes { get; } = [];

    public IEnumerable<Target> Targets => Figures.SelectMany(figure => figure.Targets).Where(target => !target.IsGoal);

    public int TargetsMet => Targets.Count(target => target.IsMet);
}
