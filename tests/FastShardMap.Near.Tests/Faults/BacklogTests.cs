using FastShardMap.Near.Engine;
using FastShardMap.Near.Tests.Support;

namespace FastShardMap.Near.Tests.Faults;

/// <summary>A process that does not keep up with the reports of changes.</summary>
[Collection(Exclusive.Name)]
public class BacklogTests(Engines engines)
{
    private const long Unchanged = -1;
    private const long Changed = -2;
    private const int Writes = NodeLink.MaxBacklog + 100;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(EngineKind.Garnet)]
    [InlineData(EngineKind.RedisTracking)]
    public async Task Reports_MoreThanMayWait_VoidAllCopies(EngineKind kind)
    {
        NearMapOptions options = await engines.OptionsAsync(kind);
        options.MaxStaleness = TimeSpan.FromHours(1); // no heartbeat is due in the test
        options.MaxForeignStaleness = TimeSpan.FromHours(1); // no copy ends by its age
        await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        await using NearMap<long, long> writer = await NearMap<long, long>.ConnectAsync(options, Token);
        await writer.SetAsync(Unchanged, 1, cancellationToken: Token);
        await writer.SetAsync(Changed, 1, cancellationToken: Token);
        await Wait.UntilAsync(
            async () => (await map.GetAsync(Unchanged, cancellationToken: Token)).IsNear
                && (await map.GetAsync(Changed, cancellationToken: Token)).IsNear,
            "both keys have copies");
        long suspensions = map.GetStatistics().Suspensions;

        using ManualResetEventSlim goOn = new();
        map.BeforeInvalidation = () => goOn.Wait(Token);
        try
        {
            foreach (int[] chunk in Enumerable.Range(0, Writes).Chunk(1024))
            {
                await Task.WhenAll(
                    chunk.Select(key => writer.SetAsync(key, key, cancellationToken: Token).AsTask()));
            }

            await writer.SetAsync(Changed, 2, cancellationToken: Token);
            await Wait.UntilAsync(() => map.WaitingInvalidations >= Writes, "all reports but the first wait");
            Assert.True(map.TryGetLocal(Changed, out long old)); // the report has not taken effect
            Assert.Equal(1, old);
        }
        finally
        {
            goOn.Set();
        }

        // No report names this key, so only the new epoch can drop its copy.
        await Wait.UntilAsync(() => !map.TryGetLocal(Unchanged, out _), "all copies are void");
        Assert.False(map.TryGetLocal(Changed, out _));
        Assert.InRange(map.GetStatistics().Invalidations, 1, Writes / 2);
        Assert.Equal((NearState.Live, suspensions), (map.State, map.GetStatistics().Suspensions));

        Assert.Equal(2, (await map.GetAsync(Changed, cancellationToken: Token)).Value);
        await Wait.UntilAsync(
            async () => (await map.GetAsync(Unchanged, cancellationToken: Token)).IsNear, "copies are kept again");
    }
}
