using SessionService;

namespace FastShardMap.Extensions.Tests.Samples;

/// <summary>Both stores of the sample service keep the same contract, so that they can be compared.</summary>
public sealed class SessionStoreTests : IDisposable
{
    private static readonly Guid s_id = new(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);

    private readonly ShardMap<Guid, Session> _map = new();

    public static TheoryData<bool> Stores => [true, false];

    public void Dispose() => _map.Dispose();

    [Theory]
    [MemberData(nameof(Stores))]
    public void TryTouch_OfALivingSession_CountsTheRequest(bool isShardMap)
    {
        ISessionStore store = Create(isShardMap);
        Assert.True(store.TryAdd(s_id, new Session(7, CreatedTicks: 100, SeenTicks: 100, Requests: 0)));

        Assert.True(store.TryTouch(s_id, now: 200, oldest: 100, out Session first));
        Assert.True(store.TryTouch(s_id, now: 300, oldest: 200, out Session second));

        Assert.Equal(new Session(7, 100, 200, 1), first);
        Assert.Equal(new Session(7, 100, 300, 2), second);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public void TryTouch_OfAnExpiredSession_RemovesIt(bool isShardMap)
    {
        ISessionStore store = Create(isShardMap);
        store.TryAdd(s_id, new Session(7, CreatedTicks: 100, SeenTicks: 100, Requests: 0));

        Assert.False(store.TryTouch(s_id, now: 200, oldest: 101, out Session session));

        Assert.Equal(default, session);
        Assert.Equal(0, store.Count);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public void RemoveExpired_OfManySessions_RemovesTheOldOnesOnly(bool isShardMap)
    {
        ISessionStore store = Create(isShardMap);
        for (int i = 0; i < 100; i++)
        {
            store.TryAdd(Guid.NewGuid(), new Session(i, i, i, 0));
        }

        Assert.Equal(30, store.RemoveExpired(oldest: 30));

        Assert.Equal(70, store.Count);
        Assert.Equal(0, store.RemoveExpired(oldest: 30));
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public void TryTouch_ByManyThreads_LosesNoRequest(bool isShardMap)
    {
        ISessionStore store = Create(isShardMap);
        store.TryAdd(s_id, new Session(7, 0, 0, 0));

        Parallel.For(0, 10_000, i => Assert.True(store.TryTouch(s_id, i, oldest: 0, out _)));

        Assert.True(store.TryTouch(s_id, 0, 0, out Session session));
        Assert.Equal(10_001, session.Requests);
        Assert.True(store.TryRemove(s_id));
        Assert.False(store.TryRemove(s_id));
    }

    private ISessionStore Create(bool isShardMap) =>
        isShardMap ? new ShardMapSessionStore(_map) : new DictionarySessionStore();
}
