using FastShardMap.Resharding.Tests.Model;

namespace FastShardMap.Resharding.Tests;

/// <summary>Every order of the steps of a move, a writer and a reader, by a model of them.</summary>
public class MoveModelTests(ITestOutputHelper output)
{
    /// <summary>A coordinator can be killed after each step, and the next one can roll the move back.</summary>
    [Fact]
    public void Reads_InAllOrdersOfSteps_SeeEveryCompletedWrite()
    {
        MoveModel model = new(readsFences: true, hasFaults: true);

        model.Explore();

        output.WriteLine($"{model.States:N0} states");
        Assert.Null(model.Fault);
        foreach (MoveState state in Enum.GetValues<MoveState>())
        {
            Assert.True(model.Reads.GetValueOrDefault((state, true, false)) > 0, $"{state}");
        }

        Assert.True(model.Reads.GetValueOrDefault((MoveState.Cutover, true, true)) > 0);
    }

    /// <summary>The lease alone is no protection: the model finds the way to a read that misses a write, even if no
    /// step fails and the move goes forward only.</summary>
    [Theory]
    [InlineData(false, MoveState.Cleaning)]
    [InlineData(true, MoveState.RollingBack)]
    public void Reads_WithoutTheFence_MissAWrite(bool hasFaults, MoveState state)
    {
        MoveModel model = new(readsFences: false, hasFaults);

        model.Explore();

        output.WriteLine(model.Fault ?? "no fault");
        Assert.Contains($"State = {state}", model.Fault, StringComparison.Ordinal);
    }
}
