using System.Buffers;
using System.Text;
using FastShardMap.Near.Tests.Support;
using StackExchange.Redis;

namespace FastShardMap.Near.Tests.Maps;

/// <summary>Each operation of a near map of text and bytes, over each engine and source of invalidations.</summary>
public class NearBytesTests(Engines engines)
{
    public static TheoryData<EngineKind> Kinds => [.. Enum.GetValues<EngineKind>()];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetAsync_AfterSet_ReadsTheEngineOnceAndThenTheNearCopy(EngineKind kind)
    {
        await using NearBytes map = await ConnectAsync(kind);
        Assert.Equal(NearState.Live, map.State);
        foreach (int length in new[] { 0, 1, 100, 3_000, 20_000 })
        {
            string key = $"key of {length}";
            byte[] value = BytesOf(length, seed: length);
            await map.SetAsync(key, value, cancellationToken: Token);
            NearBytesResult near = await ReadUntilNearAsync(map, key);

            Assert.True(near.Found);
            Assert.Equal(value, near.Value.ToArray());
            Assert.NotEqual(NearVersion.None, near.Version);
            ArrayBufferWriter<byte> written = new();
            await ReadLocalAsync(map, key, () => map.TryGetLocal(key, written));
            Assert.Equal(value, written.WrittenSpan.ToArray());
            Assert.True(await map.TryGetAsync(key, written, cancellationToken: Token));
            Assert.Equal(2 * length, written.WrittenCount);
            NearBytesResult engine = await map.GetAsync(key, Freshness.Engine, Token);
            Assert.Equal((false, near.Version), (engine.IsNear, engine.Version));
            Assert.Equal(value, engine.Value.ToArray());
            NearBytesResult after = await ReadUntilNearAsync(map, key);
            Assert.Equal(near.Version, after.Version);
            Assert.Equal(value, after.Value.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task SetAsync_ByOneMap_DropsTheCopyOfAnother(EngineKind kind)
    {
        NearMapOptions options = await engines.OptionsAsync(kind);
        await using NearBytes writer = await NearBytes.ConnectAsync(options, Token);
        await using NearBytes reader = await NearBytes.ConnectAsync(options, Token);
        for (int turn = 1; turn <= 40; turn++)
        {
            byte[] value = BytesOf(turn * 17, turn);
            string key = $"key {turn % 3}";
            await writer.SetAsync(key, value, cancellationToken: Token);
            Assert.Equal(value, (await writer.GetAsync(key, cancellationToken: Token)).Value.ToArray());
            await Wait.UntilAsync(
                async () => (await reader.GetAsync(key, cancellationToken: Token)).Value.Span.SequenceEqual(value),
                "the reader sees the write");
        }

        Assert.True(await writer.RemoveAsync("key 1", Token));
        Assert.False(await writer.RemoveAsync("key 1", Token));
        await Wait.UntilAsync(
            async () => !(await reader.GetAsync("key 1", cancellationToken: Token)).Found,
            "the reader sees the removal");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetAsync_OfAnAbsentKey_KeepsTheAbsenceNear(EngineKind kind)
    {
        await using NearBytes map = await ConnectAsync(kind);

        NearBytesResult near = await ReadUntilNearAsync(map, "absent");

        Assert.False(near.Found);
        ArrayBufferWriter<byte> written = new();
        Assert.False(map.TryGetLocal("absent", written));
        Assert.False(await map.TryGetAsync("absent", written, cancellationToken: Token));
        Assert.Equal(0, written.WrittenCount);
        await map.SetAsync("absent", new byte[1], cancellationToken: Token);
        Assert.True((await map.GetAsync("absent", cancellationToken: Token)).Found);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task TryUpdateAsync_ByManyMaps_LosesNoIncrement(EngineKind kind)
    {
        NearMapOptions options = await engines.OptionsAsync(kind);
        await using NearBytes first = await NearBytes.ConnectAsync(options, Token);
        await using NearBytes second = await NearBytes.ConnectAsync(options, Token);
        const int Increments = 15;

        async Task IncrementAsync(NearBytes map)
        {
            for (int done = 0; done < Increments;)
            {
                NearBytesResult read = await map.GetAsync("n", Freshness.Engine, Token);
                int next = (read.Found ? BitConverter.ToInt32(read.Value.Span) : 0) + 1;
                done += await map.TryUpdateAsync("n", BitConverter.GetBytes(next), read.Version, Token) ? 1 : 0;
            }
        }

        await Task.WhenAll(IncrementAsync(first), IncrementAsync(second), IncrementAsync(first));

        NearBytesResult last = await first.GetAsync("n", Freshness.Engine, Token);
        Assert.Equal(3 * Increments, BitConverter.ToInt32(last.Value.Span));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetManyAsync_NearAndMissing_FillsAllPositions(EngineKind kind)
    {
        await using NearBytes map = await ConnectAsync(kind);
        string[] keys = [.. Enumerable.Range(0, 40).Select(index => $"key {index}")];
        for (int index = 0; index < keys.Length; index += 2)
        {
            await map.SetAsync(keys[index], BytesOf(index, index), cancellationToken: Token);
        }

        await ReadUntilNearAsync(map, keys[4]);
        NearBytesResult[] results = await map.GetManyAsync(keys, Token);

        for (int index = 0; index < keys.Length; index++)
        {
            Assert.Equal(index % 2 == 0, results[index].Found);
            byte[] expected = index % 2 == 0 ? BytesOf(index, index) : [];
            Assert.Equal(expected, results[index].Value.ToArray());
        }
    }

    [Fact]
    public async Task Keys_TextAndItsBytes_AreTheSameKey()
    {
        await using NearBytes map = await ConnectAsync(EngineKind.Garnet);
        foreach (string key in new[] { "", "ключ", "😀", new string('x', NearBytes.MaxKeyBytes) })
        {
            byte[] bytes = Encoding.UTF8.GetBytes(key);
            await map.SetAsync(key, BytesOf(9, bytes.Length), cancellationToken: Token);
            await ReadUntilNearAsync(map, key);

            ArrayBufferWriter<byte> written = new();
            await ReadLocalAsync(map, key, () => map.TryGetLocal(bytes, written));
            Assert.Equal(BytesOf(9, bytes.Length), written.WrittenSpan.ToArray());
            await Wait.UntilAsync(
                async () => (await map.GetAsync(bytes, cancellationToken: Token)).IsNear, "a near copy");
            await map.SetAsync(bytes, new byte[3], cancellationToken: Token);
            Assert.Equal(3, (await map.GetAsync(key, cancellationToken: Token)).Value.Length);
            Assert.True(await map.RemoveAsync(bytes, Token));
        }
    }

    [Fact]
    public async Task Operations_BadArguments_AreRefusedAndChangeNothing()
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        options.MaxValueBytes = 1_000;
        await using NearBytes map = await NearBytes.ConnectAsync(options, Token);
        await map.SetAsync("k", new byte[1_000], cancellationToken: Token);
        ArrayBufferWriter<byte> written = new();

        await Throws<ArgumentNullException>("key", async () => await map.GetAsync((string)null!));
        await Throws<ArgumentNullException>("destination", async () => await map.TryGetAsync("k", null!));
        await Throws<ArgumentException>("key", async () => await map.TryGetAsync("\ud800", written));
        await Throws<ArgumentException>("key", async () => await map.GetAsync(new byte[NearBytes.MaxKeyBytes + 1]));
        await Throws<ArgumentException>(
            "key", async () => await map.SetAsync(new string('é', NearBytes.MaxKeyBytes), new byte[1]));
        await Throws<ArgumentException>("value", async () => await map.SetAsync("k", new byte[1_001]));
        await Throws<ArgumentException>(
            "value", async () => await map.TryUpdateAsync("k", new byte[1_001], NearVersion.None));
        await Throws<ArgumentOutOfRangeException>(
            "expiry", async () => await map.SetAsync("k", new byte[1], TimeSpan.Zero));
        await Throws<ArgumentOutOfRangeException>("freshness", async () => await map.GetAsync("k", (Freshness)9));
        Assert.Throws<ArgumentNullException>("destination", () => map.TryGetLocal("k", null!));
        Assert.Throws<ArgumentException>("key", () => map.TryGetLocal("\ud800", written));

        Assert.Equal(1_000, (await map.GetAsync("k", Freshness.Engine, Token)).Value.Length);
        await map.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => map.TryGetLocal("k", written));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await map.SetAsync("k", new byte[1]));

        static Task Throws<T>(string parameter, Func<Task> act)
            where T : ArgumentException => Assert.ThrowsAsync<T>(parameter, act);
    }

    /// <summary>A value that is larger than a copy may be is read each time, and an older copy does not stay.</summary>
    [Fact]
    public async Task GetAsync_OfAValueThatIsTooLarge_ReadsThroughAndKeepsNoOlderCopy()
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        await using NearBytes map = await NearBytes.ConnectAsync(options, Token);
        await map.SetAsync("k", BytesOf(10, 1), cancellationToken: Token);
        await ReadUntilNearAsync(map, "k");
        byte[] large = BytesOf(3 << 20, 2);

        await map.SetAsync("k", large, cancellationToken: Token);
        for (int read = 0; read < 3; read++)
        {
            NearBytesResult result = await map.GetAsync("k", cancellationToken: Token);
            Assert.False(result.IsNear);
            Assert.True(result.Value.Span.SequenceEqual(large));
        }

        Assert.True(map.GetStatistics().BytesAllocated <= options.MaxBytes);
    }

    [Fact]
    public async Task GetAsync_OfMoreThanFits_KeepsTheLimit()
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        await using NearBytes map = await NearBytes.ConnectAsync(options, Token);
        for (int index = 0; index < 1_000; index++)
        {
            await map.SetAsync($"{index}", BytesOf(8_000, index), cancellationToken: Token);
            await map.GetAsync($"{index}", cancellationToken: Token);
        }

        NearStatistics statistics = map.GetStatistics();
        Assert.InRange(statistics.BytesAllocated, 1, options.MaxBytes);
        Assert.InRange(statistics.Entries, 1, 999);
    }

    [Fact]
    public async Task TryGetLocal_OfANearCopy_AllocatesNothing()
    {
        await using NearBytes map = await ConnectAsync(EngineKind.Garnet);
        await map.SetAsync("key", BytesOf(500, 1), cancellationToken: Token);
        ArrayBufferWriter<byte> written = new(4_096);

        // The lease can end on a loaded machine, and then there is no near hit; and the runtime may allocate for itself
        // when it compiles code anew: then again.
        await Wait.UntilAsync(
            async () =>
            {
                await ReadUntilNearAsync(map, "key");
                return TryReadAllTheTime();
            },
            "1,000 near hits without an allocation");

        bool TryReadAllTheTime()
        {
            bool isNear = true;
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int read = 0; read < 1_000; read++)
            {
                isNear &= Read();
            }

            return isNear && GC.GetAllocatedBytesForCurrentThread() == before;
        }

        bool Read()
        {
            written.ResetWrittenCount();
            return map.TryGetLocal("key", written);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task SetAsync_WithExpiry_EndsNearCopiesToo(EngineKind kind)
    {
        await using NearBytes map = await ConnectAsync(kind);
        await map.SetAsync("k", BytesOf(100, 1), TimeSpan.FromSeconds(2), Token);
        await map.GetAsync("k", cancellationToken: Token);

        await Wait.UntilAsync(
            async () => !(await map.GetAsync("k", Freshness.Engine, Token)).Found, "the engine ends the key");
        Assert.False((await map.GetAsync("k", cancellationToken: Token)).Found);
    }

    [Fact]
    public async Task GetAsync_InvalidationOvertakesTheReply_IsNotStored()
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        await using NearBytes map = await NearBytes.ConnectAsync(options, Token);
        await using NearBytes writer = await NearBytes.ConnectAsync(options, Token);
        await writer.SetAsync("k", new byte[1], cancellationToken: Token);
        await Wait.UntilAsync(() => map.GetStatistics().Invalidations > 0, "the report of the first write");
        TaskCompletionSource gate = new();
        map.BeforeFill = () => gate.Task;
        long invalidations = map.GetStatistics().Invalidations;

        Task<NearBytesResult> late = map.GetAsync("k", cancellationToken: Token).AsTask();
        await writer.SetAsync("k", new byte[2], cancellationToken: Token);
        await Wait.UntilAsync(() => map.GetStatistics().Invalidations > invalidations, "the report of the write");
        gate.SetResult();
        await late;

        Assert.True(map.GetStatistics().RefusedFills > 0);
        Assert.Equal(2, (await map.GetAsync("k", cancellationToken: Token)).Value.Length);
    }

    /// <summary>Bytes that are no value of the map, or a value of a map of another kind.</summary>
    [Fact]
    public async Task GetAsync_OfForeignBytes_ThrowsAndKeepsNothing()
    {
        NearMapOptions options = await engines.OptionsAsync(EngineKind.Garnet);
        await using NearBytes map = await NearBytes.ConnectAsync(options, Token);
        await using NearMap<long, long> numbers = await NearMap<long, long>.ConnectAsync(options, Token);
        await using ConnectionMultiplexer foreign = await engines.ForeignClientAsync(EngineKind.Garnet);
        await map.SetAsync("good", BytesOf(50, 1), cancellationToken: Token);
        byte[] good = (await foreign.GetDatabase().StringGetAsync(KeyOf(options, "good")))!;
        byte[] damaged = [.. good];
        damaged[^1] ^= 1;
        byte[][] poison = [[], BytesOf(90, 2), good[..^1], [.. good, 0], damaged, good];
        for (int index = 0; index < poison.Length; index++)
        {
            string key = $"poison {index}";
            await foreign.GetDatabase().StringSetAsync(KeyOf(options, key), poison[index]);
            await Assert.ThrowsAsync<NearFormatException>(
                async () => await map.GetAsync(key, cancellationToken: Token));
            Assert.False(map.TryGetLocal(key, new ArrayBufferWriter<byte>()));
        }

        await numbers.SetAsync(7, 8, cancellationToken: Token);
        NearFormatException exception = await Assert.ThrowsAsync<NearFormatException>(
            async () => await map.GetAsync(BitConverter.GetBytes(7L), cancellationToken: Token));
        Assert.Contains("another type", exception.Message, StringComparison.Ordinal);
        Assert.Equal(poison.Length + 1, map.GetStatistics().FormatErrors);
    }

    private static RedisKey KeyOf(NearMapOptions options, string key) =>
        Encoding.UTF8.GetBytes($"{options.Prefix}k{key}");

    private static byte[] BytesOf(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Reads the near copy. A report of the write that comes late, or a lease that ends on a loaded machine,
    /// can drop a copy that was there, and the next read makes another.</summary>
    private static async Task ReadLocalAsync(NearBytes map, string key, Func<bool> read) =>
        await Wait.UntilAsync(
            async () =>
            {
                await map.GetAsync(key, cancellationToken: Token);
                return read();
            },
            "a near copy that is read locally");

    private static async Task<NearBytesResult> ReadUntilNearAsync(NearBytes map, string key)
    {
        NearBytesResult result = default;
        await Wait.UntilAsync(
            async () => (result = await map.GetAsync(key, cancellationToken: Token)).IsNear, "a near copy");
        return result;
    }

    private async Task<NearBytes> ConnectAsync(EngineKind kind) =>
        await NearBytes.ConnectAsync(await engines.OptionsAsync(kind), Token);
}
