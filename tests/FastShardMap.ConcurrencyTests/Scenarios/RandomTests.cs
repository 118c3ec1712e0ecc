using FastShardMap.ConcurrencyTests.Scheduling;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>Scenarios drawn from seeds, under random schedules and under random priorities with few changes.</summary>
[Trait("Category", "Heavy")]
public class RandomTests(ITestOutputHelper output)
{
    private const int SchedulesPerScenario = 300;

    public static TheoryData<int> Blocks => [.. Enumerable.Range(0, 12)];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Schedules_DrawnFromSeeds_AreLinearizable(int block)
    {
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        Coverage sum = default;
        int scenarios = Effort.Of(45);
        for (int i = 0; i < scenarios; i++)
        {
            int seed = (block * 1_000_000) + i;
            using Explorer explorer = new(LargeScenarios.Of(seed));
            sum += explorer.Explore(new RandomStrategy((ulong)seed, SchedulesPerScenario / 2));
            sum += explorer.Explore(new PriorityStrategy((ulong)seed, SchedulesPerScenario / 2, depth: 3));
        }

        output.WriteLine(
            $"block {block}: {scenarios} scenarios, {sum.Schedules} schedules, {sum.Steps} steps, "
                + $"{watch.ElapsedMilliseconds} ms");
        ScheduleTotal.CountTest();
        Assert.Equal(scenarios * SchedulesPerScenario, sum.Schedules);
    }

    [Fact]
    public void Replay_OfTheEnvironment_RunsAgain()
    {
        string? replay = System.Environment.GetEnvironmentVariable("FASTSHARDMAP_REPLAY");
        Assert.SkipWhen(
            string.IsNullOrEmpty(replay), "FASTSHARDMAP_REPLAY is not set: paste the one that a failure has printed.");
        string[] parts = replay!.Split('|');
        using Explorer explorer = new(SmallScenarios.ByName(parts[0]), weakMemory: parts[1] == "weak");

        explorer.Explore(new ReplayStrategy(parts[2]));
    }
}
