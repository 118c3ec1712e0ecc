using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Targets;

/// <summary>The targets of one command. All of them are declared in <see cref="AllTargets"/>.</summary>
internal sealed class TargetTable(params IReadOnlyList<Target> targets)
{
    public IReadOnlyList<Target> Targets => targets;

    /// <summary>Holds the figures of a row against the targets that are about them.</summary>
    public IReadOnlyList<Judgement> Judge(string row, IReadOnlyList<Measure> measures)
    {
        ArgumentNullException.ThrowIfNull(measures);
        List<Target> own = targets.Where(target => string.Equals(target.Row, row, StringComparison.Ordinal)).ToList();
        IEnumerable<Target> general = targets.Where(target =>
            string.Equals(target.Row, Target.EveryRow, StringComparison.Ordinal) &&
            measures.Any(measure => measure.Unit == target.Unit) &&
            !own.Exists(other => other.Unit == target.Unit && !other.IsGoal));
        return
        [
            .. own.Concat(general).Select(target => new Judgement(
                target, row, measures.FirstOrDefault(measure => measure.Unit == target.Unit)?.Value ?? Spread.None)),
        ];
    }

    /// <summary>Everything judged, and every target whose row was asked for and is not among that.</summary>
    /// <param name="judged">Everything judged.</param>
    /// <param name="isWanted">Whether the row of this name was asked for.</param>
    public IReadOnlyList<Judgement> Complete(IEnumerable<Judgement> judged, Func<string, bool> isWanted)
    {
        ArgumentNullException.ThrowIfNull(judged);
        ArgumentNullException.ThrowIfNull(isWanted);
        Judgement[] all = [.. judged];
        HashSet<Target> present = all.Select(one => one.Target).ToHashSet();
        IEnumerable<Judgement> missing = targets
            .Where(target => target.Row != Target.EveryRow && !present.Contains(target) && isWanted(target.Row))
            .Select(target => new Judgement(target, target.Row, Spread.None));
        return [.. all, .. missing];
    }

    /// <summary>
    /// The judgements that fall short, and every target whose row was asked for and is not among those judged.
    /// </summary>
    /// <param name="judged">Everything judged.</param>
    /// <param name="isWanted">Whether the row of this name was asked for.</param>
    public IEnumerable<Judgement> Shortfalls(IEnumerable<Judgement> judged, Func<string, bool> isWanted) =>
        Complete(judged, isWanted).Where(one => !one.Target.IsGoal && !one.IsMet);
}
