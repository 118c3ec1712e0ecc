using FastShardMap.Layout;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

internal unsafe partial struct ShardSet<TKey, TValue, THasher>
{
    /// <summary>Options that make another set of shards with the same hashes and the same shards. Not the name, which
    /// belongs to one map.</summary>
    public readonly ShardSetOptions OptionsOfTwin => _options with { Capacity = 0, Seed = _seed, Name = null };

    public readonly HashSeed Seed => _seed;

    /// <summary>Fills an empty shard with a copy of a frozen table of a twin's same shard.</summary>
    /// <exception cref="OutOfMemoryException">The system refuses the memory.</exception>
    // Safety: no other thread knows this map yet, and the source stays frozen.
    public readonly void CopyFrozen(int shard, TableRef source)
    {
        ReadView* view = _views + shard;
        WriteSide* side = _writeSides + shard;
        TableRef copy = AllocateTable(source.Size, reserved: true);
        nuint bytes = source.Size.Bytes(Stride);
        Buffer.MemoryCopy(source.Base, copy.Base, bytes, bytes);
        long count = 0;
        int saturated = 0;
        for (ulong index = 0; index < copy.Groups; index++)
        {
            // The source's versions go on changing: its migration marks groups as moved.
            Group* group = Table<TKey, TValue>.GroupAt(copy, index);
            group->Version = 0;
            count += System.Numerics.BitOperations.PopCount(group->Control & ControlWord.OccupiedBits(Slots));
            saturated += ControlWord.OverflowCount(group->Control) == ControlWord.SaturatedOverflow ? 1 : 0;
        }

        StartMigration(view, side, copy); // of nothing: the shard is empty
        side->Count = count;
        side->SaturatedGroups = saturated;
    }
}
