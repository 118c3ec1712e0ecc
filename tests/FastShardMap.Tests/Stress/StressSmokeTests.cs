using FastShardMap.Stress;

namespace FastShardMap.Tests.Stress;

/// <summary>The stress runner for a moment: each scenario sound, and its watchdog and verdict at work.</summary>
public class StressSmokeTests
{
    public static TheoryData<string> Names => [.. StressCatalogue.Names.Except([StressMemoryTests.Name])];

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_ForAMoment_IsSound(string name) => AssertSound(name);

    [Fact]
    public void Replay_OfARun_NamesItsOptions() =>
        Assert.Contains(
            "--threads 4 --test torn --seed 7", new StressVerdict(Options("torn")).Replay, StringComparison.Ordinal);

    [Fact]
    public void ExitCode_OfFaultsAndHangs_TellsThemApart()
    {
        StressVerdict verdict = new(Options("torn"));
        verdict.Add(new StressResult("torn", 1, TimeSpan.Zero, [new InvalidOperationException()], Hung: false));
        Assert.Equal(1, verdict.ExitCode);
        verdict.Add(new StressResult("bank", 1, TimeSpan.Zero, [], Hung: true));
        Assert.Equal(3, verdict.ExitCode);
    }

    [Theory]
    [InlineData("30s", 30)]
    [InlineData("1.5m", 90)]
    [InlineData("2h", 7200)]
    public void ParseDuration_OfANumberAndAUnit_IsSeconds(string text, double seconds) =>
        Assert.Equal(seconds, StressOptions.ParseDuration(text).TotalSeconds);

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("-1s")]
    public void ParseDuration_OfAnythingElse_Throws(string text) =>
        Assert.Throws<FormatException>(() => StressOptions.ParseDuration(text));

    [Fact]
    public void Select_UnknownName_Throws() =>
        Assert.Throws<FormatException>(() => StressCatalogue.Select("torn,nonsense"));

    internal static void AssertSound(string name)
    {
        StressVerdict verdict = new StressRunner(Options(name)).Run(static _ => { });

        Assert.True(
            verdict.ExitCode == 0, string.Join("\n", verdict.Results.SelectMany(static result => result.Faults)));
        Assert.All(verdict.Results, static result => Assert.True(result.Operations > 0));
    }

    private static StressOptions Options(string test) => new()
    {
        Duration = TimeSpan.FromMilliseconds(400), Threads = 4, Tests =
        [
            test,
        ], Seed = 7, HangLimit = TimeSpan.FromMinutes(2),
    };
}
