using FastShardMap.Memory;

namespace FastShardMap.Tests.Snapshots;

/// <summary>
/// What takes a snapshot of its own for the length of a call leaves the map at rest, and as it was if it can.
/// </summary>
public class BriefSnapshotTests
{
    public enum Use
    {
        Save,
        SaveAsync,
        SaveToPipe,
        SaveTo,
        Clone,
        CloneWithOptions,
        CopyTo,
        MergeFrom,
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public async Task Use_NothingWritten_LeavesTheMapAsItWas(Use use)
    {
        using ShardMap<long, long> map = TinyMaps.Filled(10_000, TinyMaps.Options());
        TableState before = TableState.Of(map);
        await Run(use, map, static () => { });
        TableState.AssertSame(before, TableState.Of(map));
    }

    /// <summary>
    /// Shards that were written to meanwhile are brought to rest by the end, and their memory is given back.
    /// </summary>
    [Theory]
    [MemberData(nameof(Uses))]
    public async Task Use_SomethingWritten_LeavesTheMapAtRest(Use use)
    {
        using ShardMap<long, long> map = TinyMaps.Filled(10_000, TinyMaps.Options(shards: 4, step: 16));
        TableState before = TableState.Of(map);
        int writes = 0;
        await Run(use, map, () => map[1] = --writes);

        TableState after = TableState.Of(map);
        int replaced = before.Tables.Except(after.Tables).Count();
        Assert.Equal(writes == 0 ? 0 : 1, replaced);
        Assert.Equal(0, map.GetStatistics().MigrationsActive);
        Assert.Equal(before.Bytes, after.Bytes);
        Assert.Empty(map.Shards.FindViolations());
        Assert.Equal(writes == 0 ? 1 : writes, map[1]);
    }

    /// <summary>Another thread begins an exclusive phase after the end of the save has brought the first of two shards
    /// to rest. The save is complete by then.</summary>
    [Fact]
    public void SaveTo_ExclusivePhaseWhileTheMapIsBroughtToRest_Saves()
    {
        using ShardMap<long, long> map = TinyMaps.Filled(10_000, TinyMaps.Options());
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        using ManualResetEventSlim entered = new();
        using ManualResetEventSlim released = new();
        Thread owner = new(() =>
        {
            using (map.EnterExclusive())
            {
                entered.Set();
                released.Wait();
            }
        });
        bool written = false;
        FaultInjection.Wait = () =>
        {
            if (written && !entered.IsSet && map.GetStatistics().MigrationsActive == 1)
            {
                owner.Start();
                entered.Wait();
            }
        };
        try
        {
            map.SaveTo(path, new CallingProgress(() =>
            {
                map.SetRange([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8]);
                written = map.GetStatistics().MigrationsActive == 2;
            }));
            Assert.True(entered.IsSet);
        }
        finally
        {
            FaultInjection.Wait = null;
            released.Set();
            if (entered.IsSet)
            {
                owner.Join();
            }
        }

        using ShardMap<long, long> loaded = ShardMap<long, long>.LoadFrom(path);
        TinyMaps.AssertSame(new Dictionary<long, long>(map), loaded);
        File.Delete(path);
        map.TrimExcess();
        Assert.Equal(0, map.GetStatistics().MigrationsActive);
        Assert.Empty(map.Shards.FindViolations());
    }

    [Fact]
    public void SaveTo_HasherThrowsWhileTheMapIsBroughtToRest_Saves()
    {
        using ShardMap<long, long, ThrowingHasher> map = new(TinyMaps.Options());
        for (long key = 0; key < 10_000; key++)
        {
            map[key] = key;
        }

        map.TrimExcess();
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            map.SaveTo(path, new CallingProgress(() =>
            {
                map[1] = 1;
                ThrowingHasher.Throws = true;
            }));
            Assert.Equal(1, map.GetStatistics().MigrationsActive);
        }
        finally
        {
            ThrowingHasher.Throws = false;
        }

        using ShardMap<long, long, ThrowingHasher> loaded = ShardMap<long, long, ThrowingHasher>.LoadFrom(path);
        TinyMaps.AssertSame(new Dictionary<long, long>(map), loaded);
        File.Delete(path);
        map.TrimExcess();
        Assert.Equal(0, map.GetStatistics().MigrationsActive);
        Assert.Empty(map.Shards.FindViolations());
    }

    public static TheoryData<Use> Uses => [.. Enum.GetValues<Use>()];

    // Where the use lets others in, they write to the map.
    private static async Task Run(Use use, ShardMap<long, long> map, Action meanwhile)
    {
        using CallingStream stream = new(meanwhile);
        switch (use)
        {
            case Use.Save:
                map.Save(stream);
                break;
            case Use.SaveAsync:
                await map.SaveAsync(stream, cancellationToken: TestContext.Current.CancellationToken);
                break;
            case Use.SaveToPipe:
                await map.SaveAsync(
                    System.IO.Pipelines.PipeWriter.Create(stream),
                    cancellationToken: TestContext.Current.CancellationToken);
                break;
            case Use.SaveTo:
                string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
                map.SaveTo(path, new CallingProgress(meanwhile));
                File.Delete(path);
                break;
            case Use.Clone:
                using (ShardMap<long, long> clone = map.Clone())
                {
                    Assert.Equal(map.Count, clone.Count);
                }

                break;
            case Use.CloneWithOptions:
                using (ShardMap<long, long> clone = map.Clone(new ShardMapOptions { ShardCount = 1 }))
                {
                    Assert.Equal(map.Count, clone.Count);
                }

                break;
            case Use.CopyTo:
                using (ShardMap<long, long> copy = new())
                {
                    Assert.Equal(map.Count, map.CopyTo(copy));
                }

                break;
            default:
                using (ShardMap<long, long> merged = TinyMaps.Filled(3, TinyMaps.Options()))
                {
                    merged.MergeFrom(map, (_, _, theirs) =>
                    {
                        meanwhile();
                        return theirs;
                    });
                }

                break;
        }
    }

    private readonly struct ThrowingHasher : IKeyHasher<long>
    {
        [field: ThreadStatic]
        public static bool Throws { get; set; }

        public ulong Hash(long key, HashSeed seed) =>
            Throws ? throw new NotSupportedException() : HashMixer.Mix((ulong)key, seed);
    }

    private sealed class CallingStream(Action call) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => call();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            call();
            return default;
        }
    }

    private sealed class CallingProgress(Action call) : IProgress<long>
    {
        public void Report(long value) => call();
    }
}
