using System.IO.Pipelines;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>
/// The members of a map that belong to the features on top of it, for <see cref="MapOperation.All"/>.
/// </summary>
internal static class FeatureOperations
{
    private static readonly byte[] Saved = Save();

    /// <summary>
    /// What cannot be called beside anything else: loading makes a map of its own, and an exclusive phase refuses all
    /// other threads.
    /// </summary>
    public static IReadOnlyList<string> TestedApart { get; } =
    [
        "static ShardMap<TKey, TValue", "static Task<ShardMap<TKey, TValue", "ShardMapExclusive<TKey, TValue, THasher>",
    ];

    public static IReadOnlyList<MapOperation> All { get; } =
    [
        new("DeadlineResult TryAdd(", static (map, key) => map.TryAdd(key, key, Timeout.InfiniteTimeSpan)),
        new("DeadlineResult TrySet(", static (map, key) => map.TrySet(key, key, Timeout.InfiniteTimeSpan)),
        new("DeadlineResult TryUpdate(", static (map, key) => map.TryUpdate(key, key, key, Timeout.InfiniteTimeSpan)),
        new("DeadlineResult TryUpdate<TUpdater>(", static (map, key) =>
        {
            MapOperation.Functor functor = default;
            map.TryUpdate(key, ref functor, Timeout.InfiniteTimeSpan);
        }),
        new("DeadlineResult TryRemove(", static (map, key) => map.TryRemove(key, out _, Timeout.InfiniteTimeSpan)),
        new(
            "ValueTask<TValue> GetOrAddAsync(",
            static (map, key) => map.GetOrAddAsync(key, static (k, _) => new ValueTask<ulong>(k)).AsTask()
                .GetAwaiter().GetResult()) { Allocates = true },
        new(
            "ValueTask<TValue> GetOrAddAsync<TArg>(",
            static (map, key) => map.GetOrAddAsync(key, static (k, by, _) => new ValueTask<ulong>(k + by), 0UL).AsTask()
                .GetAwaiter().GetResult()) { Allocates = true },
        new(
            "ShardMapSnapshot<TKey, TValue, THasher> Snapshot(",
            static (map, key) => map.Snapshot(copyNow: key % 2 == 0).Dispose()) { Allocates = true },
        new(
            "ShardMapSnapshot<TKey, TValue> Snapshot(",
            static (map, key) => map.Snapshot(copyNow: key % 2 == 0).Dispose()) { Allocates = true },
        new(
            "ShardMap<TKey, TValue, THasher> Clone(",
            static (map, _) => ((ShardMap<ulong, ulong, DefaultHasher<ulong>>)map).Clone().Dispose())
            {
                Allocates = true,
            },
        new(
            "ShardMap<TKey, TValue> Clone(",
            static (map, _) => map.Clone(new ShardMapOptions { ShardCount = 1 }).Dispose()) { Allocates = true },
        new("long CopyTo(ShardMap<TKey, TValue, THasher> destination)", static (map, _) =>
        {
            using Map destination = new(new ShardMapOptions { ShardCount = 1 });
            map.CopyTo(destination);
        }) { Allocates = true },
        new(
            "long MergeFrom(ShardMap<TKey, TValue, THasher> source, Func<TKey, TValue, TValue, TValue> conflict)",
            static (map, key) =>
            {
                using Map source = new(new ShardMapOptions { ShardCount = 1 });
                source[key] = key;
                map.MergeFrom(source, static (_, mine, _) => mine);
            }) { Allocates = true },
        new("long MergeFrom<TMerger>(ShardMap<TKey, TValue, THasher> source, ref TMerger merger)", static (map, key) =>
        {
            using Map source = new(new ShardMapOptions { ShardCount = 1 });
            source[key] = key;
            Keep keep = default;
            map.MergeFrom(source, ref keep);
        }) { Allocates = true },
        new("long MergeFrom(Stream source)", static (map, _) => map.MergeFrom(new MemoryStream(Saved)))
        {
            Allocates = true,
        },
        new("void Save(", static (map, _) => map.Save(Stream.Null)) { Allocates = true },
        new("Task SaveAsync(Stream", static (map, _) => map.SaveAsync(Stream.Null).GetAwaiter().GetResult())
        {
            Allocates = true,
        },
        new(
            "Task SaveAsync(PipeWriter",
            static (map, _) => map.SaveAsync(PipeWriter.Create(Stream.Null)).GetAwaiter().GetResult())
            {
                Allocates = true,
            },
        new("void SaveTo(", static (map, _) => WithFile(map.SaveTo)) { Allocates = true },
        new(
            "Task SaveToAsync(",
            static (map, _) => WithFile((path, _) => map.SaveToAsync(path).GetAwaiter().GetResult()))
            {
                Allocates = true,
            },
    ];

    private static void WithFile(Action<string, IProgress<long>?> save)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            save(path, null);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] Save()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 1;
        using MemoryStream stream = new();
        map.Save(stream);
        return stream.ToArray();
    }

    private struct Keep : IValueMerger<ulong, ulong>
    {
        public readonly void Merge(ulong key, ref ulong value, ulong other)
        {
        }
    }
}
