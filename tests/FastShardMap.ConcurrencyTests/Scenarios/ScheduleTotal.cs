using FastShardMap.ConcurrencyTests.Scenarios;

[assembly: AssemblyFixture(typeof(ScheduleTotal))]

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>
/// Says at the end of a run how many schedules it has explored, and fails if a whole run has explored too few.
/// </summary>
public sealed class ScheduleTotal : IDisposable
{
    private const long Least = 1_000_000;
    private static int s_tests;

    /// <summary>One more of the tests that explore is through: when all are, the run was not a selection.</summary>
    public static void CountTest() => Interlocked.Increment(ref s_tests);

    public void Dispose()
    {
        Console.WriteLine(FormattableString.Invariant($"{Explorer.TotalSchedules:N0} schedules explored"));
        bool isWhole = Effort.IsDefault
            && s_tests == RandomTests.Blocks.Count + ExhaustiveTests.Names.Count + WeakMemoryTests.Names.Count;
        Assert.False(
            isWhole && Explorer.TotalSchedules < Least,
            $"Of {Least:N0} schedules a run has to explore, it explored {Explorer.TotalSchedules:N0}.");
    }
}
