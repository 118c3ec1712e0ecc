using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Caching;

/// <summary>
/// The native block with the sides, rings and ghosts of all shards of a cache.
/// <code>
/// 0                  256 · shards
/// | sides …          | small ring, main ring, bits of the groups, ghosts: of shard 0 | of shard 1 | …
/// </code>
/// </summary>
internal static unsafe class CacheBlock
{
    /// <exception cref="OutOfMemoryException">The operating system refuses the memory.</exception>
    public static CacheSide* Create(Arena arena, CacheShape shape)
    {
        byte* block = arena.Allocate(shape.PolicyBytes);
        CacheSide* sides = (CacheSide*)block;
        byte* rings = block + ((nuint)shape.ShardCount * CacheSide.Bytes);
        for (int shard = 0; shard < shape.ShardCount; shard++)
        {
            CacheSide* side = sides + shard;
            side->Limit = shape.LimitOf(shard);
            side->SmallRoom = shape.SmallRoom;
            side->MainRoom = shape.MainRoom;
            side->GhostRows = shape.GhostRows;
            side->Small = (uint*)rings;
            side->Main = side->Small + side->SmallRoom;
            side->InRing = (byte*)(side->Main + side->MainRoom);
            byte* ghosts = side->InRing + shape.Table.Groups;
            side->Ghosts = (ushort*)(ghosts + ((nuint)ghosts % sizeof(ushort)));
            side->Epoch = 1;
            side->EpochLength = (uint)Math.Max(1, side->Limit / 8);
            Rings.Reset(side);
            rings += shape.RingBytes;
        }

        return sides;
    }
}
