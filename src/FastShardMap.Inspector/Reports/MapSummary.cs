using System.Text.Json.Serialization;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Reports;

/// <summary>
/// A map in one row. It is read from headers, views and write sides only, so a list of large maps is quick.
/// </summary>
/// <param name="Address">The address of the native header, which the other commands take.</param>
/// <param name="Object">The address of the managed object; 0 if none was found.</param>
/// <param name="KeyForm"><c>fixed</c>, <c>text</c> or <c>bytes</c>.</param>
/// <param name="TableBytes">The bytes of the current and previous tables.</param>
/// <param name="RecordBytes">The bytes of the segments that contain the bytes of long keys.</param>
/// <param name="NativeBytes">The bytes of the map's own block, of its tables and of its segments.</param>
internal sealed record MapSummary(
    [property: JsonConverter(typeof(HexAddress))] ulong Address,
    [property: JsonConverter(typeof(HexAddress))] ulong Object,
    string Name,
    string Type,
    string KeyForm,
    string State,
    long Entries,
    long Capacity,
    long TableBytes,
    long RecordBytes,
    long NativeBytes,
    double Load,
    int Shards,
    int Migrating,
    int LocksHeld,
    string RootedBy,
    string? Problem)
{
    public static MapSummary Of(FoundMap found)
    {
        if (found.Native is not { } map)
        {
            return new MapSummary(
                found.Header, found.Object, string.Empty, found.ManagedType
                    ?? "?", "?", "unreadable", 0, 0, 0, 0, 0, 0, 0, 0, 0, found.RootedBy, found.Problem);
        }

        long entries = 0;
        long capacity = 0;
        UInt128 groups = 0;
        UInt128 currentGroups = 0;
        int migrating = 0;
        int held = 0;
        int unreadable = 0;
        RecordFigures records = default;
        for (int shard = 0; shard < map.ShardCount; shard++)
        {
            if (!map.TryReadShard(shard, out ReadView view, out WriteSide side))
            {
                unreadable++;
                continue;
            }

            entries += side.Count;
            capacity += side.MaxEntries;
            migrating += view.Previous.IsNone ? 0 : 1;
            held += new LockWord(side.Lock).IsFree ? 0 : 1;
            ulong current = map.IsSentinel(view.Current) || view.Current.IsNone ? 0 : view.Current.Groups;
            currentGroups += current;
            records += RecordFigures.Read(map, shard);
            groups += current + (view.Previous.IsNone ? 0 : view.Previous.Groups);
        }

        // Damaged words must not overflow.
        long tableBytes = (long)UInt128.Min(groups * (uint)map.StrideBytes, long.MaxValue / 4);
        long recordBytes = Math.Clamp(records.HeldBytes, 0, long.MaxValue / 4);
        return new MapSummary(
            map.Address,
            found.Object,
            map.UserName,
            map.TypeText,
            map.KeyFormText,
            map.IsDisposed ? "disposed" : migrating > 0 ? "migrating" : held > 0 ? "locked" : "steady",
            entries,
            capacity,
            tableBytes,
            recordBytes,
            tableBytes + recordBytes + (long)Math.Min(map.Header.MapBytes, int.MaxValue),
            currentGroups == 0 ? 0 : entries / ((double)currentGroups * map.SlotsPerGroup),
            map.ShardCount,
            migrating,
            held,
            found.RootedBy,
            unreadable == 0 ? null : $"{Output.Count(unreadable, "shard")} cannot be read");
    }
}
