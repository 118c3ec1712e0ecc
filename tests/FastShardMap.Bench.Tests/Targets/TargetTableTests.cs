using FastShardMap.Bench.Compare;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Tests.Targets;

public class TargetTableTests
{
    private static readonly TargetTable Table = new(
        new(Target.EveryRow, 1, TargetUnit.OfDictionary),
        new("fast", 0.5, TargetUnit.OfDictionary),
        new("fast", 0.3, TargetUnit.OfDictionary, IsGoal: true),
        new("hoped", 0.3, TargetUnit.OfDictionary, IsGoal: true),
        new("small", 24, TargetUnit.Bytes),
        new("busy", 10, TargetUnit.OfFloor, Bound.AtLeast));

    [Theory]
    [InlineData("AtMost", 0.49, true)]
    [InlineData("AtMost", 0.5, true)]
    [InlineData("AtMost", 0.51, false)]
    [InlineData("AtLeast", 0.49, false)]
    [InlineData("AtLeast", 0.5, true)]
    [InlineData("AtLeast", 0.51, true)]
    public void IsMetBy_MedianAgainstLimit_Decides(string bound, double median, bool isMet)
    {
        Target target = new("row", 0.5, TargetUnit.OfDictionary, Enum.Parse<Bound>(bound));
        Assert.Equal(isMet, target.IsMetBy(Spread.Of([0.1, median, 0.9])));
    }

    [Theory]
    [InlineData(15_000.0, true)]
    [InlineData(15_001.0, false)]
    public void IsMetBy_LimitInAnotherUnit_CountsInThatUnit(double nanoseconds, bool isMet) =>
        Assert.Equal(isMet, new Target("row", 15, TargetUnit.Microseconds).IsMetBy(Spread.Of([nanoseconds])));

    [Fact]
    public void IsMetBy_NothingMeasured_IsFalse()
    {
        Assert.False(new Target("row", 0.5, TargetUnit.OfDictionary).IsMetBy(Spread.None));
        Assert.False(new Target("row", 0.5, TargetUnit.OfDictionary, Bound.AtLeast).IsMetBy(Spread.None));
    }

    [Fact]
    public void Text_EitherBound_SaysComparisonLimitAndUnit()
    {
        Assert.Equal("<= 0.64 x CD", new Target("row", 0.64, TargetUnit.OfDictionary).Text);
        Assert.Equal(">= 10 x floor", new Target("row", 10, TargetUnit.OfFloor, Bound.AtLeast).Text);
        Assert.Equal("<= 1 ms + longest gap", new Target("row", 1, TargetUnit.BeyondGap).Text);
    }

    [Fact]
    public void Judge_RowWithItsOwnTarget_IsNotHeldAgainstTheGeneralOne()
    {
        IReadOnlyList<Judgement> judged = Table.Judge("fast", [Measured(TargetUnit.OfDictionary, 0.4)]);
        Assert.Equal([0.5, 0.3], judged.Select(one => one.Target.Limit));
        Assert.Equal([true, false], judged.Select(one => one.IsMet));
    }

    [Theory]
    [InlineData("other", new[] { 1.0 })]
    [InlineData("hoped", new[] { 0.3, 1.0 })]
    public void Judge_RowWithoutOne_IsHeldAgainstTheGeneralOne(string row, double[] limits) =>
        Assert.Equal(
            limits, Table.Judge(row, [Measured(TargetUnit.OfDictionary, 0.9)]).Select(one => one.Target.Limit));

    [Fact]
    public void Judge_RowWithoutSuchAFigure_HasNoGeneralTarget() =>
        Assert.Empty(Table.Judge("other", [Measured(TargetUnit.Bytes, 1)]));

    [Fact]
    public void Judge_FigureOfATargetMissing_IsNotMet()
    {
        Judgement one = Assert.Single(Table.Judge("small", []));
        Assert.False(one.IsMet);
    }

    [Fact]
    public void Shortfalls_MissedAndUnmeasured_AreNamedAndGoalsAreNot()
    {
        Judgement[] judged =
        [
            .. Table.Judge("fast", [Measured(TargetUnit.OfDictionary, 0.6)]),
            .. Table.Judge("other", [Measured(TargetUnit.OfDictionary, 1.1)]),
            .. Table.Judge("small", [Measured(TargetUnit.Bytes, 24)]),
            .. Table.Judge("hoped", [Measured(TargetUnit.OfDictionary, 0.9)]),
        ];
        Assert.Equal(
            [
                "fast: 0.600, target <= 0.5 x CD",
                "other: 1.10, target <= 1 x CD",
                "busy: not measured, target >= 10 x floor",
            ],
            Table.Shortfalls(judged, _ => true).Select(one => one.ToString()));
        Assert.Equal(["fast", "other"], Table.Shortfalls(judged, row => row != "busy").Select(one => one.Row));
    }

    [Fact]
    public void Report_Shortfalls_AreWrittenAndFail()
    {
        using StringWriter errors = new();
        Judgement[] judged = [.. Table.Judge("fast", [Measured(TargetUnit.OfDictionary, 0.6)])];
        Assert.Equal(1, TargetCheck.Report("compare", Table.Shortfalls(judged, row => row == "fast"), errors));
        Assert.Equal("compare: falls short: fast: 0.600, target <= 0.5 x CD" + Environment.NewLine, errors.ToString());
    }

    [Fact]
    public void Report_NoShortfall_IsSilentAndSucceeds()
    {
        using StringWriter errors = new();
        Judgement[] judged = [.. Table.Judge("fast", [Measured(TargetUnit.OfDictionary, 0.5)])];
        Assert.Equal(0, TargetCheck.Report("compare", Table.Shortfalls(judged, row => row == "fast"), errors));
        Assert.Empty(errors.ToString());
    }

    [Fact]
    public void Compare_EveryTarget_IsAboutARowThatExists() => Assert.Empty(
        AllTargets.Compare.Targets.Select(target => target.Row).Except([.. CompareSession.Rows, Target.EveryRow]));

    [Fact]
    public void Compare_NoTwoTargets_AskTheSame()
    {
        // Two bounds on one figure would be two answers to one question; a goal may be stricter than the target.
        List<Target> targets = AllTargets.Compare.Targets.Where(target => !target.IsGoal).ToList();
        Assert.Equal(targets.Count, targets.DistinctBy(target => (target.Row, target.Unit, target.Bound)).Count());
    }

    private static Measure Measured(TargetUnit unit, double value) => new(unit, Spread.Of([value]));
}
