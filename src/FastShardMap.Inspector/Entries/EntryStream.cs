using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Entries;

/// <summary>Visits the entries of a map one after the other, with memory for one chunk of groups only.</summary>
internal static class EntryStream
{
    public delegate void Visitor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Entries of moved groups are left out, because they are in the current table.</summary>
    /// <returns>The number of groups that could not be read.</returns>
    public static ulong Walk(NativeMap map, Visitor visit, Action<int> shardDone)
    {
        ulong unreadable = 0;
        for (int shard = 0; shard < map.ShardCount; shard++)
        {
            if (map.TryReadShard(shard, out ReadView view, out _))
            {
                unreadable += WalkTable(map, view.Previous, visit) + WalkTable(map, view.Current, visit);
            }

            shardDone(shard);
        }

        return unreadable;
    }

    private static ulong WalkTable(NativeMap map, TableRef table, Visitor visit)
    {
        TableReader reader = new(map, table);
        reader.Walk((_, group) =>
        {
            ulong control = TableReader.ControlOf(group);
            for (int slot = 0; slot < map.SlotsPerGroup && !TableReader.VersionOf(group).IsMoved; slot++)
            {
                if (ControlWord.ControlByte(control, slot) != 0)
                {
                    visit(reader.KeyAt(group, slot), reader.ValueAt(group, slot));
                }
            }
        });
        return reader.Unreadable;
    }
}
