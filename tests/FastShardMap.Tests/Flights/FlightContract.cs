using FastShardMap.Tests.Support;

#pragma warning disable CA2012 // when a call throws or completes is what is tested

namespace FastShardMap.Tests.Flights;

/// <summary>What GetOrAddAsync does; run over a map and a cache.</summary>
public abstract class FlightContract
{
    private static readonly Func<long, CancellationToken, ValueTask<long>> s_unexpected =
        static (_, _) => throw new InvalidOperationException("Another flight.");

    [Fact]
    public void GetOrAddAsync_PresentKey_CompletesAndAllocatesNothing()
    {
        using IFlightMap map = Create();
        map.Set(1, 10);

        Assert.Equal(10, map.GetOrAddAsync(1, s_unexpected).Result);
        Assert.Equal(10, map.GetOrAddAsync(1, s_unexpected, new CancellationToken(canceled: true)).Result);
        Allocation.AssertNone(() =>
        {
            for (int call = 0; call < 100; call++)
            {
                _ = map.GetOrAddAsync(1, s_unexpected);
            }
        });
        map.InCallback(1, () => Assert.True(map.GetOrAddAsync(1, s_unexpected).IsCompletedSuccessfully));
    }

    [Fact]
    public async Task GetOrAddAsync_AbsentKey_AddsTheValueOfTheFactory()
    {
        using IFlightMap map = Create();

        Assert.Equal(10, await map.GetOrAddAsync(1, static (key, _) => new ValueTask<long>(key * 10)));
        Assert.Equal(20, await map.GetOrAddAsync(2, static async (key, token) =>
        {
            await Task.Delay(1, token);
            return key * 10;
        }));
        Assert.Equal(
            33,
            await map.GetOrAddAsync(3, static (key, text, _) => new ValueTask<long>(key * text.Length), "11 letters."));
        Assert.Equal((10, 20, 33), (Get(map, 1), Get(map, 2), Get(map, 3)));
        Assert.Equal(0, map.FlightCount);
    }

    [Fact]
    public void GetOrAddAsync_WrongCalls_ThrowAndAddNothing()
    {
        using IFlightMap map = Create();
        map.Set(1, 1);
        Func<long, CancellationToken, ValueTask<long>> none = null!;
        Func<long, string, CancellationToken, ValueTask<long>> noneWithArgument = null!;

        Assert.Equal("valueFactory", Assert.Throws<ArgumentNullException>(() => map.GetOrAddAsync(1, none)).ParamName);
        Assert.Equal(
            "valueFactory",
            Assert.Throws<ArgumentNullException>(() => map.GetOrAddAsync(1, noneWithArgument, "")).ParamName);
        map.InCallback(1, () => Assert.Throws<InvalidOperationException>(() => map.GetOrAddAsync(2, s_unexpected)));
        Assert.False(map.TryGetValue(2, out _));
        Assert.Equal(0, map.FlightCount);
    }

    [Fact]
    public async Task GetOrAddAsync_ManyCalls_RunOneFactoryWithoutALock()
    {
        using IFlightMap map = Create();
        TaskCompletionSource<long> value = new();
        List<Task<long>> calls = [map.GetOrAddAsync(1, (_, _) => new ValueTask<long>(value.Task)).AsTask()];
        for (int call = 0; call < 20; call++)
        {
            calls.Add(map.GetOrAddAsync(1, s_unexpected).AsTask());
        }

        for (long key = 2; key < 100; key++)
        {
            map.Set(key, key); // the same shard
        }

        Assert.Equal(4, await map.GetOrAddAsync(4, s_unexpected));
        Assert.Equal(1, map.FlightCount);
        Assert.DoesNotContain(calls, static call => call.IsCompleted);
        value.SetResult(7);

        Assert.All(await Task.WhenAll(calls), static result => Assert.Equal(7, result));
        Assert.Equal((7, 0), (Get(map, 1), map.FlightCount));
    }

    [Fact]
    public async Task GetOrAddAsync_OneCallCanceled_CancelsNoOther()
    {
        using IFlightMap map = Create();
        using CancellationTokenSource cancellation = new();
        TaskCompletionSource<long> value = new();
        CancellationToken ofFactory = default;
        Task<long> first = map.GetOrAddAsync(
            1,
            (_, token) =>
            {
                ofFactory = token;
                return new ValueTask<long>(value.Task);
            },
            cancellation.Token).AsTask();
        Task<long> second = map.GetOrAddAsync(1, s_unexpected).AsTask();
        await cancellation.CancelAsync();

        Exception exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(cancellation.Token, ((OperationCanceledException)exception).CancellationToken);
        Assert.False(second.IsCompleted || ofFactory.IsCancellationRequested);
        value.SetResult(7);
        Assert.Equal(7, await second);
        Assert.False(ofFactory.IsCancellationRequested);
        Assert.Equal(7, Get(map, 1));
    }

    [Fact]
    public async Task GetOrAddAsync_AllCallsCanceled_CancelTheFactoryAndStoreNothing()
    {
        using IFlightMap map = Create();
        using CancellationTokenSource cancellation = new();
        TaskCompletionSource<long> value = new();
        CancellationToken ofFactory = default;
        Task<long>[] calls = new Task<long>[3];
        for (int call = 0; call < calls.Length; call++)
        {
            calls[call] = map.GetOrAddAsync(
                1,
                (_, token) =>
                {
                    ofFactory = token;
                    token.Register(static () => throw new InvalidOperationException("Goes to nobody who waits."));
                    return new ValueTask<long>(value.Task); // does not care about the token
                },
                cancellation.Token).AsTask();
        }

        await cancellation.CancelAsync();
        foreach (Task<long> call in calls)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        Assert.True(ofFactory.IsCancellationRequested);
        Assert.Equal(0, map.FlightCount);
        Assert.Equal(8, await map.GetOrAddAsync(1, static (_, _) => new ValueTask<long>(8)));
        Assert.True(map.TryRemove(1));
        value.SetResult(7);
        Assert.False(map.TryGetValue(1, out _));
    }

    [Fact]
    public async Task GetOrAddAsync_CanceledBefore_RunsNoFactory()
    {
        using IFlightMap map = Create();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await map.GetOrAddAsync(1, s_unexpected, new CancellationToken(canceled: true)));
        Assert.Equal(0, map.FlightCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetOrAddAsync_FactoryThrows_ThrowsToAllAndIsNotStored(bool cancels)
    {
        using IFlightMap map = Create();
        TaskCompletionSource<long> value = new();
        Task<long>[] calls =
        [
            map.GetOrAddAsync(1, (_, _) => new ValueTask<long>(value.Task)).AsTask(),
            map.GetOrAddAsync(1, s_unexpected).AsTask(),
        ];
        Exception thrown = cancels ? new OperationCanceledException() : new InvalidDataException();
        value.SetException(thrown);

        foreach (Task<long> call in calls)
        {
            Assert.Same(thrown, await Assert.ThrowsAnyAsync<Exception>(() => call));
        }

        Assert.False(map.TryGetValue(1, out _));
        await Assert.ThrowsAsync<InvalidDataException>(
            async () => await map.GetOrAddAsync(1, static (_, _) => throw new InvalidDataException()));
        Assert.Equal(0, map.FlightCount);
        Assert.Equal(8, await map.GetOrAddAsync(1, static (_, _) => new ValueTask<long>(8)));
    }

    [Fact]
    public async Task GetOrAddAsync_OtherWriteAddsTheKey_ReturnsItsValue()
    {
        using IFlightMap map = Create();
        TaskCompletionSource<long> value = new();
        Task<long> call = map.GetOrAddAsync(1, (_, _) => new ValueTask<long>(value.Task)).AsTask();
        map.Set(1, 5);
        value.SetResult(7);

        Assert.Equal(5, await call);
        Assert.Equal(5, Get(map, 1));
    }

    [Fact]
    public async Task Dispose_DuringAFlight_EndsIt()
    {
        IFlightMap map = Create();
        TaskCompletionSource<long> value = new();
        CancellationToken ofFactory = default;
        Task<long>[] calls =
        [
            map.GetOrAddAsync(1, (_, token) =>
            {
                ofFactory = token;
                return new ValueTask<long>(value.Task);
            }).AsTask(),
            map.GetOrAddAsync(1, s_unexpected).AsTask(),
        ];
        map.Dispose();

        foreach (Task<long> call in calls)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => call);
        }

        Assert.True(ofFactory.IsCancellationRequested);
        Assert.Equal(0, map.FlightCount);
        value.SetResult(7); // nobody is there to get it
        Assert.Throws<ObjectDisposedException>(() => map.GetOrAddAsync(1, s_unexpected));
    }

    [Fact]
    public void GetOrAddAsync_SameKeyFromManyThreads_RunsOneFactoryPerAddition()
    {
        const int Rounds = 200;
        using IFlightMap map = Create();
        int factories = 0;
        Race race = new(Soak.Time(1));
        using Barrier barrier = new(3);
        for (int thread = 0; thread < 3; thread++)
        {
            race.Once($"thread {thread}", () =>
            {
                for (long round = 0; round < Rounds; round++)
                {
                    barrier.SignalAndWait();
                    long expected = round;
                    ValueTask<long> call = map.GetOrAddAsync(round % 60, async (_, _) =>
                    {
                        Interlocked.Increment(ref factories);
                        await Task.Yield();
                        return expected;
                    });
                    Assert.Equal(round, call.AsTask().GetAwaiter().GetResult());
                    barrier.SignalAndWait();
                    map.TryRemove(round % 60);
                }
            });
        }

        race.Run();
        Assert.Equal((Rounds, 0), (factories, map.FlightCount));
    }

    [Fact]
    public void GetOrAddAsync_RacingWithCancellationsAndDispose_LosesNobody()
    {
        int seed = TestSeed.For(nameof(GetOrAddAsync_RacingWithCancellationsAndDispose_LosesNobody));
        Random random = new(seed);
        for (int round = 0; round < 12; round++)
        {
            IFlightMap map = Create();
            CancellationToken[] running = new CancellationToken[4];
            Race race = new(TimeSpan.FromSeconds(0.05));
            for (int thread = 0; thread < 3; thread++)
            {
                Random own = new(random.Next());
                race.Loop($"thread {thread}", _ =>
                {
                    long key = own.Next(running.Length);
                    using CancellationTokenSource cancellation = new();
                    ValueTask<long> call = map.GetOrAddAsync(
                        key, (k, token) => CreateAsync(running, k, own.Next(4), token), cancellation.Token);
                    if (own.Next(3) == 0)
                    {
                        cancellation.Cancel();
                    }

                    try
                    {
                        Assert.Equal(key, call.AsTask().WaitAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult());
                    }
                    catch (OperationCanceledException)
                    {
                        Assert.True(cancellation.IsCancellationRequested);
                    }
                    catch (InvalidDataException)
                    {
                        // The factory throws now and then.
                    }

                    map.TryRemove(key);
                });
            }

            race.Run();
            map.Dispose();
            Assert.Equal(0, map.FlightCount);
        }
    }

    /// <summary>Creates a map with one shard.</summary>
    protected abstract IFlightMap Create();

    // A factory may start only if the one before it has ended or was canceled.
    private static async ValueTask<long> CreateAsync(
        CancellationToken[] running, long key, int kind, CancellationToken token)
    {
        lock (running)
        {
            Assert.True(running[key] == default || running[key].IsCancellationRequested);
            running[key] = token;
        }

        try
        {
            await Task.Yield();
            return kind == 0 ? throw new InvalidDataException() : key;
        }
        finally
        {
            lock (running)
            {
                if (running[key] == token)
                {
                    running[key] = default;
                }
            }
        }
    }

    private static long Get(IFlightMap map, long key)
    {
        Assert.True(map.TryGetValue(key, out long value));
        return value;
    }
}
