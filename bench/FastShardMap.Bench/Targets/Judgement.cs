using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Targets;

/// <summary>A target, and what was measured.</summary>
/// <param name="Target">The target.</param>
/// <param name="Row">The row it was held against; never <see cref="Target.EveryRow"/>.</param>
/// <param name="Measured">The figure; none if the row was not measured.</param>
internal sealed record Judgement(Target Target, string Row, Spread Measured)
{
    public bool IsMet => Target.IsMetBy(Measured);

    /// <summary>The figure, with its range if it was measured more than once.</summary>
    public string Shown => Measured.Repetitions switch
    {
        0 => "-",
        1 => Target.Unit.Format(Measured.Median),
        _ => $"{Target.Unit.Format(Measured.Median)} " +
            $"({Target.Unit.Format(Measured.Min)} .. {Target.Unit.Format(Measured.Max)})",
    };

    public override string ToString() =>
        $"{Row}: {(Measured.HasValue ? Shown : "not measured")}, target {Target.Text}";
}
