using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Entries;

/// <summary>Visits the entries of a map one after the other, with memory for one chunk of groups only.</summary>
internal static class EntryStream
{
    /// <summary>Visits an entry, and says whether to go on.</summary>
    public delegate bool Visitor(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Entries of moved groups are left out, because they are in the current table.</summary>
    /// <returns>The number of groups that could not be read, as far as the walk went.</returns>
    public static ulong Walk(NativeMap map, Visitor visit, Action<int> shardDone)
    {
        ulong unreadable = 0;
        for (int shard = 0; shard < map.ShardCount; shard++)
        {
            if (map.TryReadShard(shard, out ReadView view, out _)
                && !(WalkTable(map, view.Previous, visit, ref unreadable)
                    && WalkTable(map, view.Current, visit, ref unreadable)))
            {
                break;
            }

            shardDone(shard);
        }

        return unreadable;
    }

    private static bool WalkTable(NativeMap map, TableRef table, Visitor visit, ref ulong unreadable)
    {
        TableReader reader = new(map, table);
        bool goesOn = reader.WalkWhile((_, group) =>
        {
            ulong control = TableReader.ControlOf(group);
            for (int slot = 0; slot < map.SlotsPerGroup && !TableReader.VersionOf(group).IsMoved; slot++)
            {
                if (ControlWord.ControlByte(control, slot) != 0
                    && !visit(reader.KeyAt(group, slot), reader.ValueAt(group, slot)))
                {
                    return false;
                }
            }

            return true;
        });
        unreadable += reader.Unreadable;
        return goesOn;
    }
}
