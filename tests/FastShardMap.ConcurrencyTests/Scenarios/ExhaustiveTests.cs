using FastShardMap.ConcurrencyTests.Scheduling;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>Every schedule of the small scenarios within a bound on preemptions, and some with more.</summary>
[Trait("Category", "Heavy")]
public class ExhaustiveTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. SmallScenarios.NamesOf(static _ => true)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Schedules_WithinTheBound_AreLinearizable(string name)
    {
        Scenario scenario = SmallScenarios.ByName(name);
        using Explorer explorer = new(scenario);
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();

        Coverage coverage = explorer.Explore(new ExhaustiveStrategy(Effort.Preemptions, 0), Effort.MaxSchedules);
        coverage += explorer.Explore(new RandomStrategy(1, Effort.Of(scenario.RandomSchedules)));

        output.WriteLine(
            $"{name}: {coverage.Schedules} schedules, {coverage.Steps} steps, {watch.ElapsedMilliseconds} ms");
        ScheduleTotal.CountTest();
        Assert.True(coverage.Schedules > 1);
    }
}
