using System.Text.Json.Serialization;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Targets;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Reports;

/// <summary>What changes in a map, at one moment, with the rates since the sample before.</summary>
/// <param name="Address">The address of the native header.</param>
/// <param name="Name">The name of the map.</param>
/// <param name="Type">The type of the map.</param>
/// <param name="State">The state, as <c>list</c> gives it.</param>
/// <param name="Entries">The number of entries.</param>
/// <param name="NativeBytes">The bytes of the map's own block and of its tables.</param>
/// <param name="Load">The entries per slot.</param>
/// <param name="LockWaits">The lock waits since the map was created.</param>
/// <param name="LockWaitSeconds">The time waited for locks since the map was created.</param>
/// <param name="ReadFallbacks">The reads that took a lock since the map was created.</param>
/// <param name="Migrations">The migrations finished since the map was created.</param>
internal sealed record MapSample(
    [property: JsonConverter(typeof(HexAddress))] ulong Address,
    string Name,
    string Type,
    string State,
    long Entries,
    long NativeBytes,
    double Load,
    long LockWaits,
    double LockWaitSeconds,
    long ReadFallbacks,
    long Migrations)
{
    /// <summary>The change of <see cref="Entries"/> per second; null in the first sample.</summary>
    public double? EntriesPerSecond { get; init; }

    /// <summary>Lock waits per second; null in the first sample.</summary>
    public double? LockWaitsPerSecond { get; init; }

    /// <summary>Reads per second that took a lock; null in the first sample.</summary>
    public double? ReadFallbacksPerSecond { get; init; }

    /// <summary>Migrations per second; null in the first sample.</summary>
    public double? MigrationsPerSecond { get; init; }

    /// <summary>The maps in a memory, in the order of their creation, found by their headers.</summary>
    public static List<FoundMap> Find(TargetMemory memory) => MapCatalog.Order(
        MemoryScan.Find(memory, MapHeader.ExpectedMagic)
            .Select(address => NativeMap.TryRead(memory, address, out _))
            .OfType<NativeMap>()
            .DistinctBy(static map => map.Address)
            .Select(static map => new FoundMap(map.Address, 0, null, map, null, "unknown")));

    /// <summary>Samples a map.</summary>
    /// <param name="found">The map.</param>
    /// <param name="before">The sample before, of the same map; null if there is none.</param>
    /// <param name="elapsed">The time since the sample before.</param>
    public static MapSample Of(FoundMap found, MapSample? before, TimeSpan elapsed)
    {
        MapSummary summary = MapSummary.Of(found);
        long waits = 0;
        long nanoseconds = 0;
        long fallbacks = 0;
        long migrations = 0;
        for (int shard = 0; shard < (found.Native?.ShardCount ?? 0); shard++)
        {
            if (found.Native!.TryReadShard(shard, out _, out WriteSide side))
            {
                waits += side.LockWaits;
                nanoseconds += side.LockWaitNanoseconds;
                fallbacks += side.ReadFallbacks;
                migrations += side.MigrationsFinished;
            }
        }

        MapSample now = new(
            summary.Address,
            summary.Name,
            summary.Type,
            summary.State,
            summary.Entries,
            summary.NativeBytes,
            summary.Load,
            waits,
            nanoseconds / 1e9,
            fallbacks,
            migrations);
        return before is null || elapsed <= TimeSpan.Zero
            ? now
            : now with
            {
                EntriesPerSecond = (now.Entries - before.Entries) / elapsed.TotalSeconds,
                LockWaitsPerSecond = (now.LockWaits - before.LockWaits) / elapsed.TotalSeconds,
                ReadFallbacksPerSecond = (now.ReadFallbacks - before.ReadFallbacks) / elapsed.TotalSeconds,
                MigrationsPerSecond = (now.Migrations - before.Migrations) / elapsed.TotalSeconds,
            };
    }
}
