using FastShardMap.Near.Tests.Support;

namespace FastShardMap.Near.Tests.Maps;

/// <summary>Reads that are on their way: one per key, and void when an invalidation overtakes them.</summary>
public class FlightTests(Engines engines)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetAsync_ManyAtOnce_AskTheEngineOnce()
    {
        await using NearMap<long, long> map =
            await NearMap<long, long>.ConnectAsync(await engines.OptionsAsync(EngineKind.Garnet), Token);
        await map.SetAsync(1, 10, cancellationToken: Token);
        await Wait.UntilAsync(() => map.GetStatistics().Invalidations > 0, "the report of the write");
        TaskCompletionSource gate = new();
        map.BeforeFill = () => gate.Task;
        NearStatistics before = map.GetStatistics();

        Task<NearResult<long>>[] reads =
            [.. Enumerable.Range(0, 50).Select(_ => map.GetAsync(1, cancellationToken: Token).AsTask())];
        gate.SetResult();

        Assert.All(await Task.WhenAll(reads), read => Assert.Equal(10, read.Value));
        NearStatistics after = map.GetStatistics();
        Assert.Equal((1, 49), (after.Misses - before.Misses, after.Joined - before.Joined));
    }

    [Theory]
    [InlineData(EngineKind.Garnet)]
    [InlineData(EngineKind.RedisTracking)]
    public async Task GetAsync_InvalidationOvertakesTheReply_IsNotStored(EngineKind kind)
    {
        NearMapOptions options = await engines.OptionsAsync(kind);
        await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        await using NearMap<long, long> writer = await NearMap<long, long>.ConnectAsync(options, Token);
        await writer.SetAsync(1, 10, cancellationToken: Token);
        await Wait.UntilAsync(() => map.GetStatistics().Invalidations > 0, "the report of the first write");
        TaskCompletionSource gate = new();
        map.BeforeFill = () => gate.Task;
        long refused = map.GetStatistics().RefusedFills;
        long invalidations = map.GetStatistics().Invalidations;

        Task<NearResult<long>> late = map.GetAsync(1, cancellationToken: Token).AsTask();
        await writer.SetAsync(1, 11, cancellationToken: Token);
        await Wait.UntilAsync(() => map.GetStatistics().Invalidations > invalidations, "the report of the write");
        map.BeforeFill = null;
        Task<NearResult<long>> next = map.GetAsync(1, cancellationToken: Token).AsTask();
        Assert.Equal(11, (await next).Value); // it does not wait for the void flight
        gate.SetResult();
        await late;

        Assert.Equal(refused + 1, map.GetStatistics().RefusedFills);
        Assert.Equal(11, (await map.GetAsync(1, cancellationToken: Token)).Value);
    }

    [Fact]
    public async Task GetAsync_FromTheEngine_VoidsAnOlderFlight()
    {
        await using NearMap<long, long> map =
            await NearMap<long, long>.ConnectAsync(await engines.OptionsAsync(EngineKind.Garnet), Token);
        TaskCompletionSource gate = new();
        map.BeforeFill = () => gate.Task;
        Task<NearResult<long>> late = map.GetAsync(1, cancellationToken: Token).AsTask();

        await map.GetAsync(1, Freshness.Engine, Token);
        gate.SetResult();
        await late;

        Assert.Equal((0, 1), (map.GetStatistics().Fills, map.GetStatistics().RefusedFills));
    }

    /// <summary>A void flight waits for its turn, and reads later than the flight that has replaced it. The report of
    /// the last write is still on its way.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetAsync_VoidFlightReadsLast_NoLaterReadGoesBackBehindIt(bool joins)
    {
        MemoryEntries entries = new(); // writes of the other map are not reported
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        options.Entries = entries;
        options.MaxStaleness = TimeSpan.FromHours(1); // no heartbeat is due in the test
        options.OperationTimeout = TimeSpan.FromHours(1);
        options.MaxConcurrentFetches = 1;
        await using NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        await using NearMap<long, long> writer = await NearMap<long, long>.ConnectAsync(options, Token);
        map.RenewTable(Environment.TickCount64);
        TaskCompletionSource turn = new();
        TaskCompletionSource landing = new();
        map.BeforeFill = () => turn.Task;
        Task<NearResult<long>> ahead = map.GetAsync(2, cancellationToken: Token).AsTask();
        Task<NearResult<long>> late = map.GetAsync(1, cancellationToken: Token).AsTask();
        await writer.SetAsync(1, 10, cancellationToken: Token);
        map.RemoveLocal(1); // as the report of this write does
        map.BeforeFill = () => landing.Task;
        long[] values = new long[1];
        Task<int> many = map.GetManyAsync(new long[] { 1 }, values, new bool[1], Token).AsTask();

        await writer.SetAsync(1, 11, cancellationToken: Token);
        map.BeforeFill = null;
        turn.SetResult();
        await ahead;
        Assert.Equal(11, (await late).Value);
        Assert.False(many.IsCompleted);
        Task<NearResult<long>>? next = joins ? map.GetAsync(1, cancellationToken: Token).AsTask() : null;
        landing.SetResult();
        await many;

        if (next is not null)
        {
            Assert.Equal(11, (await next).Value);
            Assert.Equal(1, map.GetStatistics().Joined); // the void flight does not make its successor void
        }

        Assert.True(map.TryGetLocal(1, out long copy));
        Assert.Equal((11, 11), (copy, values[0]));
        Assert.Equal((2, 1), (map.GetStatistics().Fills, map.GetStatistics().RefusedFills));
    }

    [Fact]
    public async Task GetAsync_Canceled_LeavesTheFlightToTheOthers()
    {
        await using NearMap<long, long> map =
            await NearMap<long, long>.ConnectAsync(await engines.OptionsAsync(EngineKind.Garnet), Token);
        TaskCompletionSource gate = new();
        map.BeforeFill = () => gate.Task;
        using CancellationTokenSource impatient = new();
        Task<NearResult<long>> first = map.GetAsync(1, cancellationToken: impatient.Token).AsTask();
        Task<NearResult<long>> second = map.GetAsync(1, cancellationToken: Token).AsTask();

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult();

        Assert.False((await second).Found);
    }
}
