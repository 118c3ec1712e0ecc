using System.Text.RegularExpressions;
using FastShardMap.ConcurrencyTests.Scheduling;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>
/// A few schedules of every small scenario: for machines and processors where millions take too long.
/// </summary>
public class SmokeTests
{
    public static TheoryData<string> Names => [.. SmallScenarios.NamesOf(static _ => true)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Schedules_AFew_AreLinearizable(string name)
    {
        Scenario scenario = SmallScenarios.ByName(name);
        using Explorer explorer = new(scenario);
        explorer.Explore(new RandomStrategy(3, 10));
        explorer.Explore(new PriorityStrategy(3, 10, depth: 2));
        if (scenario is { Timeouts: 0, HasLargeTables: false })
        {
            using Explorer weak = new(scenario, weakMemory: true);
            weak.Explore(new RandomStrategy(3, 10));
        }
    }

    [Fact]
    public void Replay_OfAFailure_FailsAgain()
    {
        Scenario broken = new(
            "broken",
            new LosingTarget(),
            1,
            [],
            [new History.MapOp(History.OpKind.Set, 0, 1)],
            [new History.MapOp(History.OpKind.Get)]);
        using Explorer explorer = new(broken);

        string message = Assert.ThrowsAny<Xunit.Sdk.XunitException>(
            () => explorer.Explore(new ExhaustiveStrategy(2, 0))).Message;

        Match replay = Regex.Match(
            message, "FASTSHARDMAP_REPLAY=\"broken\\|strong\\|([^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(1));
        Assert.True(replay.Success, message);
        using Explorer again = new(broken);
        Assert.NotNull(Once(again, new ReplayStrategy(replay.Groups[1].Value)));
    }

    private static string? Once(Explorer explorer, Strategy strategy)
    {
        strategy.Begin();
        return explorer.RunOnce(strategy);
    }

    /// <summary>A map that says it has stored a value, and has not.</summary>
    private sealed unsafe class LosingTarget : IMapTarget
    {
        public Layout.MapHeader* Header => null;

        public void Create()
        {
            // Nothing to create.
        }

        public void Run(History.MapOp op) => op.Done = false;

        public string? FindFault() => null;

        public void Drop()
        {
            // Nothing to drop.
        }
    }
}
