using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Targets;

/// <summary>A bound on one figure of one row.</summary>
/// <param name="Row">The row's short name, or <see cref="EveryRow"/>.</param>
/// <param name="Limit">The most or the least that the median may be.</param>
/// <param name="Unit">What the limit counts.</param>
/// <param name="Bound">On which side of it the figure is to lie.</param>
/// <param name="IsGoal">Whether it is a later goal, which does not decide the verdict.</param>
internal sealed record Target(
    string Row, double Limit, TargetUnit Unit, Bound Bound = Bound.AtMost, bool IsGoal = false)
{
    /// <summary>Stands for every row that has such a figure and no target for it of its own.</summary>
    public const string EveryRow = "*";

    /// <summary>The bound in words, such as "&lt;= 0.5 x CD".</summary>
    public string Text => Unit.Limit(Bound, Limit);

    /// <summary>What was not measured meets no target.</summary>
    public bool IsMetBy(Spread measured)
    {
        double median = measured.Median / Unit.Scale;
        return measured.HasValue && (Bound == Bound.AtMost ? median <= Limit : median >= Limit);
    }
}
