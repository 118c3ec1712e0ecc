namespace FastShardMap.Resharding.Tests;

/// <summary>Ends a coordinator at a step, as if its process were killed.</summary>
internal sealed class KilledException : Exception
{
    /// <summary>Lets a coordinator end at a step, until its checkpoint is taken away.</summary>
    public static void ThrowAt(Resharder coordinator, string where) => coordinator.Checkpoint = what =>
    {
        if (what == where)
        {
            throw new KilledException();
        }
    };

    /// <summary>Runs the moves up to a step, at which the coordinator ends.</summary>
    public static async Task RunUntilAsync(Resharder coordinator, string where)
    {
        ThrowAt(coordinator, where);
        await Assert.ThrowsAsync<KilledException>(() => coordinator.RunAsync(ReshardTests.Quick));
        coordinator.Checkpoint = null;
    }
}
