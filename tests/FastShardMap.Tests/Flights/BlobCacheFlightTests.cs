using System.Globalization;
using FastShardMap.Tests.Caching;
using FastShardMap.Tests.Records;

#pragma warning disable CA2012 // when a call throws or completes is what is tested

namespace FastShardMap.Tests.Flights;

/// <summary>GetOrAddAsync of a cache of bytes. A hit allocates there, unlike in <see cref="FlightContract"/>.</summary>
public sealed class BlobCacheFlightTests
{
    private const int MiB = 1024 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task GetOrAddAsync_ValuesOfAnyLength_AreStoredAndReturned(int length)
    {
        using BlobShardCache cache = New();
        CancellationToken none = TestContext.Current.CancellationToken;
        byte[] value = BlobBytes.Create(1, length);

        ReadOnlyMemory<byte> added = await cache.GetOrAddAsync("key", (_, _) => Completed(value), null, none);
        ValueTask<ReadOnlyMemory<byte>> hit =
            cache.GetOrAddAsync("key", static (_, _) => Unexpected(), null, new CancellationToken(canceled: true));
        Assert.True(hit.IsCompletedSuccessfully);
        ReadOnlyMemory<byte> found = await hit;
        ReadOnlyMemory<byte> other = await cache.GetOrAddAsync(
            "another key, with more than fifteen bytes", static (_, bytes, _) => Completed(bytes), value, null, none);

        Assert.Equal(value, added.ToArray());
        Assert.Equal(value, found.ToArray());
        Assert.Equal(value, other.ToArray());
        Assert.Equal((2, 0), (cache.Count, cache.FlightCount));
    }

    [Fact]
    public async Task GetOrAddAsync_ManyCallsForABlob_RunOneFactory()
    {
        using BlobShardCache cache = New(shards: 1);
        CancellationToken none = TestContext.Current.CancellationToken;
        TaskCompletionSource<ReadOnlyMemory<byte>> value = new();
        List<Task<ReadOnlyMemory<byte>>> calls =
        [
            cache.GetOrAddAsync("key", (_, _) => new ValueTask<ReadOnlyMemory<byte>>(value.Task), null, none).AsTask(),
        ];
        for (int call = 0; call < 20; call++)
        {
            calls.Add(cache.GetOrAddAsync("key", static (_, _) => Unexpected(), null, none).AsTask());
        }

        cache.Set("another key of the same shard", [1]);
        Assert.Equal(1, cache.FlightCount);
        Assert.DoesNotContain(calls, static call => call.IsCompleted);
        value.SetResult(new byte[] { 1, 2, 3 });

        Assert.All(await Task.WhenAll(calls), static bytes => Assert.Equal([1, 2, 3], bytes.ToArray()));
        Assert.Equal((2, 0), (cache.Count, cache.FlightCount));
    }

    [Fact]
    public async Task GetOrAddAsync_BlobStoredMeanwhile_ReturnsTheStoredValue()
    {
        using BlobShardCache cache = New();
        TaskCompletionSource<ReadOnlyMemory<byte>> value = new();
        ValueTask<ReadOnlyMemory<byte>> call = cache.GetOrAddAsync(
            "key",
            (_, _) => new ValueTask<ReadOnlyMemory<byte>>(value.Task),
            null,
            TestContext.Current.CancellationToken);
        cache.Set("key", [7]);
        value.SetResult(new byte[] { 1, 2, 3 });

        Assert.Equal([7], (await call).ToArray());
    }

    [Fact]
    public async Task GetOrAddAsync_TimeToLiveOfABlob_CountsFromTheEndOfTheFactory()
    {
        ManualTime time = new();
        CancellationToken none = TestContext.Current.CancellationToken;
        using BlobShardCache cache = new(new ShardCacheOptions
        {
            MaxBytes = MiB, TimeProvider = time, TimeToLive = TimeSpan.FromHours(1),
        });
        await cache.GetOrAddAsync(
            "minute",
            (_, _) =>
            {
                time.Move(TimeSpan.FromMinutes(5));
                return Completed([1]);
            },
            TimeSpan.FromMinutes(1),
            none);
        await cache.GetOrAddAsync("hour", static (_, _) => Completed([2]), null, none);
        await cache.GetOrAddAsync("forever", static (_, _) => Completed([3]), Timeout.InfiniteTimeSpan, none);

        time.Move(TimeSpan.FromSeconds(59));
        Assert.True(cache.ContainsKey("minute"));
        time.Move(TimeSpan.FromSeconds(2));
        Assert.False(cache.ContainsKey("minute"));
        Assert.True(cache.ContainsKey("hour"));
        Assert.Equal([4], (await cache.GetOrAddAsync("minute", static (_, _) => Completed([4]), null, none)).ToArray());
        time.Move(TimeSpan.FromHours(2));
        Assert.False(cache.ContainsKey("hour") || cache.ContainsKey("minute"));
        Assert.True(cache.ContainsKey("forever"));
        foreach (TimeSpan wrong in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromTicks(-3), TimeSpan.MaxValue])
        {
            Assert.Throws<ArgumentOutOfRangeException>(
                "timeToLive", () => cache.GetOrAddAsync("key", static (_, _) => Unexpected(), wrong, none));
            Assert.Throws<ArgumentOutOfRangeException>(
                "timeToLive", () => cache.GetOrAddAsync("key", static (_, _, _) => Unexpected(), 0, wrong, none));
        }
    }

    [Fact]
    public async Task GetOrAddAsync_ValueTooLarge_IsReturnedAndNotStored()
    {
        using BlobShardCache cache = New(shards: 1);
        CancellationToken none = TestContext.Current.CancellationToken;
        byte[] large = BlobBytes.Create(1, (int)cache.MaxEntryBytes + 1);
        for (int call = 1; call <= 2; call++)
        {
            ReadOnlyMemory<byte> value = await cache.GetOrAddAsync("key", (_, _) => Completed(large), null, none);
            Assert.Equal(large, value.ToArray());
            Assert.False(cache.ContainsKey("key"));
            Assert.Equal((call, 0, 0), (cache.GetStatistics().Refused, cache.Count, cache.FlightCount));
        }
    }

    [Fact]
    public async Task GetOrAddAsync_FactoryOfABlobThrows_NothingIsStored()
    {
        using BlobShardCache cache = New();
        CancellationToken none = TestContext.Current.CancellationToken;
        TaskCompletionSource<ReadOnlyMemory<byte>> value = new();
        Task<ReadOnlyMemory<byte>> first =
            cache.GetOrAddAsync("key", (_, _) => new ValueTask<ReadOnlyMemory<byte>>(value.Task), null, none).AsTask();
        Task<ReadOnlyMemory<byte>> second =
            cache.GetOrAddAsync("key", static (_, _) => Unexpected(), null, none).AsTask();
        value.SetException(new FormatException());

        await Assert.ThrowsAsync<FormatException>(() => first);
        await Assert.ThrowsAsync<FormatException>(() => second);
        Assert.False(cache.ContainsKey("key"));
        Assert.Equal([5], (await cache.GetOrAddAsync("key", static (_, _) => Completed([5]), null, none)).ToArray());
    }

    [Fact]
    public async Task GetOrAddAsync_CanceledCallsForABlob_CancelNoOtherAndThenTheFactory()
    {
        using BlobShardCache cache = New();
        using CancellationTokenSource one = new();
        using CancellationTokenSource other = new();
        TaskCompletionSource<ReadOnlyMemory<byte>> value = new();
        CancellationToken ofFactory = default;
        Task<ReadOnlyMemory<byte>> first = cache.GetOrAddAsync(
            "key",
            (_, token) =>
            {
                ofFactory = token;
                return new ValueTask<ReadOnlyMemory<byte>>(value.Task);
            },
            null,
            one.Token).AsTask();
        Task<ReadOnlyMemory<byte>> second =
            cache.GetOrAddAsync("key", static (_, _) => Unexpected(), null, other.Token).AsTask();

        await one.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(second.IsCompleted || ofFactory.IsCancellationRequested);
        await other.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.True(ofFactory.IsCancellationRequested);
        value.SetResult(new byte[1]);
        Assert.Equal((0, 0), (cache.Count, cache.FlightCount));
    }

    [Fact]
    public async Task GetOrAddAsync_WrongCallsForABlobAndDisposal_Throw()
    {
        BlobShardCache cache = New();
        CancellationToken none = TestContext.Current.CancellationToken;
        Assert.Throws<ArgumentNullException>(
            "key", () => cache.GetOrAddAsync(null!, static (_, _) => Unexpected(), null, none));
        Assert.Throws<ArgumentNullException>(
            "key", () => cache.GetOrAddAsync(null!, static (_, _, _) => Unexpected(), 0, null, none));
        Assert.Throws<ArgumentNullException>("valueFactory", () => cache.GetOrAddAsync("key", null!, null, none));
        Assert.Throws<ArgumentNullException>(
            "valueFactory", () => cache.GetOrAddAsync("key", null!, 0, null, none));
        Assert.Throws<ArgumentException>(
            "key", () => cache.GetOrAddAsync(new string('k', 40_000), static (_, _) => Unexpected(), null, none));
        Assert.Equal((0, 0), (cache.Count, cache.FlightCount));
        TaskCompletionSource<ReadOnlyMemory<byte>> value = new();
        CancellationToken ofFactory = default;
        Task<ReadOnlyMemory<byte>> call = cache.GetOrAddAsync(
            "key",
            (_, token) =>
            {
                ofFactory = token;
                return new ValueTask<ReadOnlyMemory<byte>>(value.Task);
            },
            null,
            none).AsTask();
        cache.Dispose();

        ObjectDisposedException exception = await Assert.ThrowsAsync<ObjectDisposedException>(
            () => call.WaitAsync(TimeSpan.FromSeconds(60), none));
        Assert.Equal("BlobShardCache", exception.ObjectName);
        Assert.True(ofFactory.IsCancellationRequested);
        Assert.Throws<ObjectDisposedException>(
            () => cache.GetOrAddAsync("key", static (_, _) => Unexpected(), null, none));
        value.SetResult(default);
        Assert.Equal(0, cache.FlightCount);
    }

    [Fact]
    public async Task GetOrAddAsync_FullCacheOfBytes_EvictsAndCountsOneRequestPerCall()
    {
        using BlobShardCache cache =
            new(new ShardCacheOptions { MaxBytes = MiB, MaxEntries = 10, ShardCount = 1, CountRequests = true });
        CancellationToken none = TestContext.Current.CancellationToken;
        for (int number = 0; number < 100; number++)
        {
            byte[] value = BlobBytes.Create(number, 50 + number);
            string key = KeyOf(number);
            await cache.GetOrAddAsync(key, static (_, bytes, _) => Completed(bytes), value, null, none);
            ReadOnlyMemory<byte> found = await cache.GetOrAddAsync(key, static (_, _) => Unexpected(), null, none);
            Assert.Equal(value, found.ToArray());
        }

        ShardCacheStatistics statistics = cache.GetStatistics();
        Assert.Equal((100, 100, 100), (statistics.Hits, statistics.Misses, statistics.Added));
        Assert.InRange(cache.Count, 1, 10);
        Assert.Empty(cache.Inner.FindViolations());
    }

    /// <summary>Entries leave all the time, so that factories run again and again, but never two for one key.</summary>
    [Fact]
    public async Task GetOrAddAsync_KeysThatLeave_RunOneFactoryAtATime()
    {
        const int Keys = 12;
        using BlobShardCache cache = New(shards: 1);
        int[] running = new int[Keys];
        int factories = 0;
        CancellationToken none = TestContext.Current.CancellationToken;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(
            async () =>
            {
                Random random = new(worker);
                for (int call = 0; call < 1_500; call++)
                {
                    int key = random.Next(Keys);
                    ReadOnlyMemory<byte> value = await cache.GetOrAddAsync(KeyOf(key), CreateAsync, key, null, none);
                    Assert.True(BlobBytes.IsWhole(value.Span));
                    Assert.Equal(key, BlobBytes.NumberOf(value.Span));
                    if (random.Next(3) == 0)
                    {
                        cache.TryRemove(KeyOf(key));
                    }
                }
            },
            none)));

        Assert.InRange(factories, Keys, 6_000);
        Assert.Equal(0, cache.FlightCount);
        Assert.Empty(cache.Inner.FindViolations());

        async ValueTask<ReadOnlyMemory<byte>> CreateAsync(string text, int key, CancellationToken token)
        {
            Assert.Equal(1, Interlocked.Increment(ref running[key]));
            int length = 100 + (Interlocked.Increment(ref factories) % 3_000);
            await Task.Yield();
            Interlocked.Decrement(ref running[key]);
            return BlobBytes.Create(key, length);
        }
    }

    private static BlobShardCache New(int shards = 0) =>
        new(new ShardCacheOptions { MaxBytes = 4 * MiB, ShardCount = shards });

    private static ValueTask<ReadOnlyMemory<byte>> Completed(byte[] value) => new(value);

    private static ValueTask<ReadOnlyMemory<byte>> Unexpected() =>
        throw new InvalidOperationException("Another flight.");

    private static string KeyOf(int number) =>
        number % 2 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{number}")
            : string.Create(CultureInfo.InvariantCulture, $"a key of more than fifteen bytes {number}");
}
