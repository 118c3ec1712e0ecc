using System.Collections.Concurrent;
using System.Diagnostics;
using FastShardMap.Near.Tests.Support;

namespace FastShardMap.Near.Tests.Maps;

/// <summary>Maps that read and write the same few keys, with late fills injected: no read is staler than the bound,
/// none goes back, and no copy stays stale for ever.</summary>
[Collection(Exclusive.Name)]
public class StormTests(Engines engines)
{
    private const int Keys = 50;
    private const int LeastReads = 1000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Two seconds, or the minutes of FASTSHARDMAP_SOAK.</summary>
    [Theory]
    [InlineData(EngineKind.Garnet)]
    [InlineData(EngineKind.RedisTracking)]
    [InlineData(EngineKind.GarnetCluster)]
    public async Task Reads_InAStorm_KeepTheBound(EngineKind kind)
    {
        TimeSpan duration = Soak.Time(seconds: 2);
        NearMapOptions options = await engines.OptionsAsync(kind);
        options.MaxStaleness = TimeSpan.FromSeconds(1);
        options.MaxForeignStaleness = TimeSpan.FromHours(1); // no copy ends by its age
        options.ExactStaleness = true;
        List<NearMap<long, long>> maps = [];
        for (int index = 0; index < 3; index++)
        {
            maps.Add(await NearMap<long, long>.ConnectAsync(options, Token));
            maps[index].BeforeFill = static () => Random.Shared.Next(20) == 0 ? Task.Delay(2) : Task.CompletedTask;
        }

        // Per key, when the write of each value was acknowledged; values count up.
        ConcurrentDictionary<long, long>[] acknowledged =
            [.. Enumerable.Range(0, Keys).Select(_ => new ConcurrentDictionary<long, long>())];
        SemaphoreSlim[] writing = [.. Enumerable.Range(0, Keys).Select(_ => new SemaphoreSlim(1))];
        long[] last = new long[Keys];
        for (long key = 0; key < Keys; key++)
        {
            await maps[0].SetAsync(key, 0, cancellationToken: Token);
        }

        ConcurrentQueue<string> faults = new();
        long reads = 0;
        Stopwatch time = Stopwatch.StartNew();

        async Task WorkAsync(NearMap<long, long> map, int seed)
        {
            Random random = new(seed);
            long[] seen = new long[Keys];
            while ((time.Elapsed < duration || Interlocked.Read(ref reads) < LeastReads) && faults.IsEmpty)
            {
                int key = random.Next(Keys);
                if (random.Next(10) == 0)
                {
                    await writing[key].WaitAsync(Token);
                    try
                    {
                        long value = last[key] + 1;
                        await map.SetAsync(key, value, cancellationToken: Token);
                        acknowledged[key][value] = Stopwatch.GetTimestamp();
                        last[key] = value;
                    }
                    finally
                    {
                        writing[key].Release();
                    }

                    continue;
                }

                long started = Stopwatch.GetTimestamp();
                bool isLocal = map.TryGetLocal(key, out long read);
                if (!isLocal)
                {
                    read = (await map.GetAsync(key, cancellationToken: Token)).Value;
                }

                Interlocked.Increment(ref reads);
                if (acknowledged[key].TryGetValue(read + 1, out long overwritten) && overwritten < started
                    && Stopwatch.GetElapsedTime(overwritten, started) > options.MaxStaleness)
                {
                    faults.Enqueue(
                        $"key {key}: {read} {Stopwatch.GetElapsedTime(overwritten, started)} after {read + 1}");
                }

                if (read < seen[key])
                {
                    faults.Enqueue($"key {key}: {read} after {seen[key]}, local {isLocal}");
                }

                seen[key] = read;
            }
        }

        await Task.WhenAll(
            Enumerable.Range(0, 6).Select(worker => Task.Run(() => WorkAsync(maps[worker % 3], worker))));
        Assert.Empty(faults);

        // When the storm is over, every copy is or becomes the last value.
        foreach (NearMap<long, long> map in maps)
        {
            for (int key = 0; key < Keys; key++)
            {
                await Wait.UntilAsync(
                    async () => (await map.GetAsync(key, cancellationToken: Token)).Value == last[key],
                    $"key {key} shows the last value");
            }

            await map.DisposeAsync();
        }
    }
}
