using System.Buffers;

#pragma warning disable CA2012 // when a call throws or completes is what is tested

namespace FastShardMap.Tests.Flights;

/// <summary>GetOrAddAsync of a map with values of any length. A hit allocates there, unlike in the maps of
/// <see cref="FlightContract"/>.</summary>
public sealed class BlobFlightTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(100_000)]
    public async Task GetOrAddAsync_ValuesOfAnyLength_AreStoredAndReturned(int length)
    {
        using BlobShardMap map = new();
        CancellationToken none = TestContext.Current.CancellationToken;
        byte[] value = new byte[length];
        value.AsSpan().Fill(9);

        ReadOnlyMemory<byte> added = await map.GetOrAddAsync("key", (_, _) => Completed(value), none);
        ReadOnlyMemory<byte> found = await map.GetOrAddAsync("key", static (_, _) => Unexpected(), none);

        Assert.Equal(value, added.ToArray());
        Assert.Equal(value, found.ToArray());
        Assert.Equal((1, 0), (map.Count, map.FlightCount));
    }

    [Fact]
    public async Task GetOrAddAsync_ManyCalls_RunOneFactory()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1 });
        CancellationToken none = TestContext.Current.CancellationToken;
        TaskCompletionSource<ReadOnlyMemory<byte>> value = new();
        List<Task<ReadOnlyMemory<byte>>> calls =
        [
            map.GetOrAddAsync(
                "key", static (_, source, _) => new ValueTask<ReadOnlyMemory<byte>>(source.Task), value, none).AsTask(),
        ];
        for (int call = 0; call < 20; call++)
        {
            calls.Add(map.GetOrAddAsync("key", static (_, _) => Unexpected(), none).AsTask());
        }

        map.Set("another key of the same shard", [1]);
        Assert.Equal(1, map.FlightCount);
        value.SetResult(new byte[] { 1, 2, 3 });

        Assert.All(await Task.WhenAll(calls), static bytes => Assert.Equal([1, 2, 3], bytes.ToArray()));
        Assert.Equal((2, 0), (map.Count, map.FlightCount));
    }

    [Fact]
    public async Task GetOrAddAsync_KeyStoredMeanwhile_ReturnsTheStoredValue()
    {
        using BlobShardMap map = new();
        TaskCompletionSource<ReadOnlyMemory<byte>> value = new();
        ValueTask<ReadOnlyMemory<byte>> call = map.GetOrAddAsync(
            "key",
            (_, _) => new ValueTask<ReadOnlyMemory<byte>>(value.Task),
            TestContext.Current.CancellationToken);
        map.Set("key", [7]);
        value.SetResult(new byte[] { 1, 2, 3 });

        Assert.Equal([7], (await call).ToArray());
    }

    [Fact]
    public async Task GetOrAddAsync_WrongCallsAndDisposal_Throw()
    {
        BlobShardMap map = new();
        CancellationToken none = TestContext.Current.CancellationToken;
        Assert.Throws<ArgumentNullException>(
            "key", () => map.GetOrAddAsync(null!, static (_, _) => Unexpected(), none));
        Assert.Throws<ArgumentNullException>("valueFactory", () => map.GetOrAddAsync("key", null!, none));
        map.GetOrAdd(
            "key",
            static (_, _, map) => Assert.Throws<InvalidOperationException>(
                () => map.GetOrAddAsync("other", static (_, _) => Unexpected(), CancellationToken.None)),
            map,
            new ArrayBufferWriter<byte>());
        TaskCompletionSource<ReadOnlyMemory<byte>> value = new();
        Task<ReadOnlyMemory<byte>> call =
            map.GetOrAddAsync("other", (_, _) => new ValueTask<ReadOnlyMemory<byte>>(value.Task), none).AsTask();
        map.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => call);
        Assert.Throws<ObjectDisposedException>(() => map.GetOrAddAsync("key", static (_, _) => Unexpected(), none));
        value.SetResult(default);
        Assert.Equal(0, map.FlightCount);
    }

    private static ValueTask<ReadOnlyMemory<byte>> Completed(byte[] value) => new(value);

    private static ValueTask<ReadOnlyMemory<byte>> Unexpected() =>
        throw new InvalidOperationException("Another flight.");
}
