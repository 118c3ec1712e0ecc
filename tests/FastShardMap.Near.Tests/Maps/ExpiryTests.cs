using FastShardMap.Near.Tests.Support;

namespace FastShardMap.Near.Tests.Maps;

/// <summary>Reads of values that expire: they also ask how long the value will live.</summary>
public class ExpiryTests(Engines engines)
{
    private static readonly TimeSpan s_expiry = TimeSpan.FromHours(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetManyAsync_OfValuesThatExpire_AsksForAllTimesAtOnce()
    {
        MemoryEntries entries = new();
        await using NearMap<long, long> map = await ConnectAsync(entries);
        long[] keys = [.. Enumerable.Range(0, 20).Select(key => (long)key)];
        foreach (long key in keys)
        {
            await map.SetAsync(key, key * 10, s_expiry, Token);
        }

        // No question is answered before all were asked.
        TaskCompletionSource<TimeSpan?> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int asked = 0;
        entries.TimeToLive = () =>
        {
            if (Interlocked.Increment(ref asked) == keys.Length)
            {
                answer.SetResult(s_expiry);
            }

            return answer.Task;
        };
        long[] values = new long[keys.Length];
        int found = await map.GetManyAsync(keys, values, new bool[keys.Length], Token);

        Assert.Equal((keys.Length, keys.Length), (found, asked));
        Assert.Equal(keys.Select(key => key * 10), values);
        Assert.Equal(keys.Length, map.GetStatistics().Fills);
    }

    [Fact]
    public async Task GetAsync_TimeOfExpiryUnknown_ReturnsTheValueAndKeepsNoCopy()
    {
        MemoryEntries entries = new();
        await using NearMap<long, long> map = await ConnectAsync(entries);
        await map.SetAsync(1, 10, s_expiry, Token);
        await map.SetAsync(2, 20, cancellationToken: Token);

        entries.TimeToLive = static () => Task.FromException<TimeSpan?>(new TimeoutException());
        for (int read = 0; read < 2; read++)
        {
            NearResult<long> result = await map.GetAsync(1, cancellationToken: Token);
            Assert.Equal((true, 10L, false), (result.Found, result.Value, result.IsNear));
        }

        long[] keys = [1, 2];
        long[] values = new long[keys.Length];
        Assert.Equal(2, await map.GetManyAsync(keys, values, new bool[keys.Length], Token));
        Assert.Equal(keys.Select(key => key * 10), values);
        Assert.False(map.TryGetLocal(1, out _));
        Assert.Equal((1, 3), (map.GetStatistics().Fills, map.GetStatistics().RefusedFills));

        entries.TimeToLive = static () => Task.FromResult<TimeSpan?>(s_expiry);
        await map.GetAsync(1, cancellationToken: Token);
        Assert.True(map.TryGetLocal(1, out long copy));
        Assert.Equal(10, copy);
    }

    /// <summary>A map whose entries are in memory. Its engine sends the invalidations, of which there are
    /// none.</summary>
    private async Task<NearMap<long, long>> ConnectAsync(MemoryEntries entries)
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        options.Entries = entries;
        options.MaxStaleness = TimeSpan.FromHours(1); // no heartbeat is due in the test
        NearMap<long, long> map = await NearMap<long, long>.ConnectAsync(options, Token);
        map.RenewTable(Environment.TickCount64);
        return map;
    }
}
