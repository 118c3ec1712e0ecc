using FastShardMap.Near.Tests.Support;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Maps;

/// <summary>Each operation of a near map, over each engine and source of invalidations.</summary>
public class NearMapTests(Engines engines)
{
    public static TheoryData<EngineKind> Kinds => [.. Enum.GetValues<EngineKind>()];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetAsync_AfterSet_ReadsTheEngineOnceAndThenTheNearCopy(EngineKind kind)
    {
        await using NearMap<long, Price> map =
            await NearMap<long, Price>.ConnectAsync(await engines.OptionsAsync(kind), Token);
        Assert.Equal(
            kind == EngineKind.RedisTracking ? InvalidationSource.Tracking : InvalidationSource.Published, map.Source);
        Assert.Equal(NearState.Live, map.State);

        await map.SetAsync(1, new Price(100, 2), cancellationToken: Token);
        NearResult<Price> read = await ReadUntilNearAsync(map, 1);

        Assert.True(read.Found);
        Assert.Equal(new Price(100, 2), read.Value);
        Assert.NotEqual(NearVersion.None, read.Version);
        Price local = default;
        await Wait.UntilAsync(
            async () => (await map.GetAsync(1, cancellationToken: Token)).Found && map.TryGetLocal(1, out local),
            "a near copy that is read locally"); // a late report of the write can drop the first copy
        Assert.Equal(new Price(100, 2), local);
        NearResult<Price> engine = await map.GetAsync(1, Freshness.Engine, Token);
        Assert.Equal(read with { IsNear = false }, engine);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetAsync_OfAnAbsentKey_KeepsTheAbsenceNear(EngineKind kind)
    {
        await using NearMap<long, Price> map =
            await NearMap<long, Price>.ConnectAsync(await engines.OptionsAsync(kind), Token);

        NearResult<Price> read = await ReadUntilNearAsync(map, 5);

        Assert.Equal(new NearResult<Price>(false, default, NearVersion.None, true), read);
        Assert.False(map.TryGetLocal(5, out _));
        await map.SetAsync(5, new Price(1, 1), cancellationToken: Token);
        Assert.True((await map.GetAsync(5, cancellationToken: Token)).Found);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task SetAsync_ByOneMap_DropsTheCopyOfAnother(EngineKind kind)
    {
        NearMapOptions options = await engines.OptionsAsync(kind);
        await using NearMap<long, Price> writer = await NearMap<long, Price>.ConnectAsync(options, Token);
        await using NearMap<long, Price> reader = await NearMap<long, Price>.ConnectAsync(options, Token);
        for (int turn = 1; turn <= 50; turn++)
        {
            Price price = new(turn, turn);
            await writer.SetAsync(turn % 3, price, cancellationToken: Token);
            await Wait.UntilAsync(
                async () => (await reader.GetAsync(turn % 3, cancellationToken: Token)).Value == price,
                "the reader sees the write");
        }

        await writer.RemoveAsync(1, Token);
        await Wait.UntilAsync(
            async () => !(await reader.GetAsync(1, cancellationToken: Token)).Found, "the reader sees the removal");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task SetAsync_ThenRead_SeesTheOwnWrite(EngineKind kind)
    {
        await using NearMap<long, long> map =
            await NearMap<long, long>.ConnectAsync(await engines.OptionsAsync(kind), Token);
        using CancellationTokenSource stop = new();

        // Other readers of the same map store the old value again and again while it is being replaced.
        Task[] readers =
        [
            .. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await map.GetAsync(1, cancellationToken: Token);
                    await Task.Yield();
                }
            })),
        ];
        for (long value = 1; value <= 300; value++)
        {
            await map.SetAsync(1, value, cancellationToken: Token);
            Assert.Equal(value, (await map.GetAsync(1, cancellationToken: Token)).Value);
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task TryUpdateAsync_ByManyMaps_LosesNoIncrement(EngineKind kind)
    {
        NearMapOptions options = await engines.OptionsAsync(kind);
        await using NearMap<long, long> first = await NearMap<long, long>.ConnectAsync(options, Token);
        await using NearMap<long, long> second = await NearMap<long, long>.ConnectAsync(options, Token);
        const int Increments = 20;

        async Task IncrementAsync(NearMap<long, long> map)
        {
            for (int done = 0; done < Increments;)
            {
                NearResult<long> read = await map.GetAsync(7, Freshness.Engine, Token);
                done += await map.TryUpdateAsync(7, read.Value + 1, read.Version, Token) ? 1 : 0;
            }
        }

        await Task.WhenAll(IncrementAsync(first), IncrementAsync(second), IncrementAsync(first));

        Assert.Equal(3 * Increments, (await first.GetAsync(7, Freshness.Engine, Token)).Value);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task TryUpdateAsync_WithAnotherVersion_ChangesNothing(EngineKind kind)
    {
        await using NearMap<long, long> map =
            await NearMap<long, long>.ConnectAsync(await engines.OptionsAsync(kind), Token);

        Assert.False(await map.TryUpdateAsync(1, 10, new NearVersion(99), Token));
        Assert.True(await map.TryUpdateAsync(1, 10, NearVersion.None, Token));
        Assert.False(await map.TryUpdateAsync(1, 11, NearVersion.None, Token));
        NearResult<long> read = await map.GetAsync(1, Freshness.Engine, Token);
        await map.SetAsync(1, 10, cancellationToken: Token);
        Assert.False(await map.TryUpdateAsync(1, 12, read.Version, Token)); // an equal value, but another write
        Assert.Equal(10, (await map.GetAsync(1, cancellationToken: Token)).Value);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetManyAsync_NearAndMissing_FillsAllPositions(EngineKind kind)
    {
        await using NearMap<int, int> map =
            await NearMap<int, int>.ConnectAsync(await engines.OptionsAsync(kind), Token);
        for (int key = 0; key < 40; key += 2)
        {
            await map.SetAsync(key, key * 10, cancellationToken: Token);
        }

        await ReadUntilNearAsync(map, 4);
        int[] keys = [.. Enumerable.Range(0, 40), 6, 7];
        int[] values = new int[keys.Length];
        bool[] found = new bool[keys.Length];
        for (int round = 0; round < 2; round++)
        {
            Array.Fill(values, -1);
            int count = await map.GetManyAsync(keys, values, found, Token);

            Assert.Equal(21, count);
            Assert.All(keys, (key, position) => Assert.Equal(key % 2 == 0, found[position]));
            Assert.All(keys, (key, position) => Assert.Equal(key % 2 == 0 ? key * 10 : 0, values[position]));
        }

        await Assert.ThrowsAsync<ArgumentException>(
            "values", () => map.GetManyAsync(keys, new int[3], found, Token).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(
            "found", () => map.GetManyAsync(keys, values, new bool[3], Token).AsTask());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task SetAsync_WithExpiry_EndsNearCopiesToo(EngineKind kind)
    {
        await using NearMap<long, long> map =
            await NearMap<long, long>.ConnectAsync(await engines.OptionsAsync(kind), Token);

        await map.SetAsync(1, 10, TimeSpan.FromMilliseconds(700), Token);
        await map.SetAsync(2, 20, TimeSpan.FromMinutes(10), Token);

        await Wait.UntilAsync(async () => !(await map.GetAsync(1, cancellationToken: Token)).Found, "key 1 expires");
        Assert.Equal(20, (await map.GetAsync(2, cancellationToken: Token)).Value);
    }

    [Fact]
    public async Task TryGetLocal_Hits_AllocateNothing()
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        options.CountHits = true;
        await using NearMap<long, Price> map = await NearMap<long, Price>.ConnectAsync(options, Token);
        await map.SetAsync(1, new Price(1, 2), cancellationToken: Token);
        long before = 0;
        long allocated = 0;

        // A late report of the write can drop the copy, on a loaded machine the lease can end, and the runtime may
        // allocate for itself when it compiles code anew: then again.
        await Wait.UntilAsync(
            async () =>
            {
                await ReadUntilNearAsync(map, 1);
                before = map.GetStatistics().Hits;
                return TryHitAllTheTime(map, out allocated) && allocated == 0;
            },
            "10,000 turns without a miss and without an allocation");

        Assert.InRange(map.GetStatistics().Hits - before, 1, 20_000);

        static bool TryHitAllTheTime(NearMap<long, Price> map, out long allocated)
        {
            bool isNear = true;
            allocated = GC.GetAllocatedBytesForCurrentThread();
            for (int turn = 0; turn < 10_000 && isNear; turn++)
            {
                isNear = map.TryGetLocal(1, out _);
                ValueTask<NearResult<Price>> read = map.GetAsync(1, cancellationToken: Token);
                isNear &= read.IsCompletedSuccessfully;
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            return isNear;
        }
    }

    [Fact]
    public async Task GetAsync_OfMoreKeysThanFit_KeepsTheLimit()
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        options.MaxEntries = 1000;
        await using NearMap<int, int> map = await NearMap<int, int>.ConnectAsync(options, Token);
        await Task.WhenAll(
            Enumerable.Range(0, 3000).Select(key => map.SetAsync(key, key, cancellationToken: Token).AsTask()));
        int[] keys = [.. Enumerable.Range(0, 3000)];
        int[] values = new int[keys.Length];
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(keys.Length, await map.GetManyAsync(keys, values, new bool[keys.Length], Token));
            Assert.Equal(keys, values);
            Assert.InRange(map.GetStatistics().Entries, 1, 1000);
            Assert.InRange(map.GetStatistics().BytesAllocated, 1, options.MaxBytes);
        }
    }

    [Fact]
    public async Task DisposeAsync_OfAMap_MakesItUnusable()
    {
        NearMap<long, long> map =
            await NearMap<long, long>.ConnectAsync(await engines.OptionsAsync(EngineKind.Garnet), Token);
        await map.SetAsync(1, 1, cancellationToken: Token);
        await map.DisposeAsync();
        await map.DisposeAsync();

        Assert.Equal((NearState.Suspended, NearSuspension.Disposed), (map.State, map.Suspension));
        Assert.Throws<ObjectDisposedException>(() => map.TryGetLocal(1, out _));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await map.GetAsync(1, cancellationToken: Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await map.GetAsync(1, Freshness.Engine, Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await map.SetAsync(1, 1, cancellationToken: Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await map.RemoveAsync(1, Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await map.TryUpdateAsync(1, 1, NearVersion.None, Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await map.GetManyAsync(new long[1], new long[1], new bool[1], Token));
    }

    /// <summary>The first read stores the answer, unless the report of a write comes in between.</summary>
    private static async Task<NearResult<TValue>> ReadUntilNearAsync<TKey, TValue>(NearMap<TKey, TValue> map, TKey key)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        NearResult<TValue> result = default;
        await Wait.UntilAsync(
            async () =>
            {
                result = await map.GetAsync(key, cancellationToken: Token);
                return result.IsNear;
            },
            "a read is near");
        return result;
    }
}
