using FastShardMap.ConcurrencyTests.Scheduling;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>
/// The small scenarios where reads may see old values: all schedules with few preemptions and few such reads, and
/// random ones with many.
/// </summary>
[Trait("Category", "Heavy")]
public class WeakMemoryTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names =>
        [.. SmallScenarios.NamesOf(static scenario => scenario is { Timeouts: 0, HasLargeTables: false })];

    [Theory]
    [MemberData(nameof(Names))]
    public void Schedules_WithStaleReads_HaveOneExplanation(string name)
    {
        Scenario scenario = SmallScenarios.ByName(name);
        using Explorer explorer = new(scenario, weakMemory: true);
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();

        Coverage coverage = explorer.Explore(
            new ExhaustiveStrategy(scenario.StalePreemptions, scenario.StaleReads), Effort.Of(scenario.StaleSchedules));
        coverage += explorer.Explore(new RandomStrategy(1, Effort.Of(500)));

        output.WriteLine(
            $"{name}: {coverage.Schedules} schedules, {coverage.Steps} steps, {watch.ElapsedMilliseconds} ms");
        ScheduleTotal.CountTest();
    }
}
