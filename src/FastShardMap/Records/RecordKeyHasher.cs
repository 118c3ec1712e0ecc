using System.Runtime.CompilerServices;
using FastShardMap.Hashing;
using FastShardMap.Layout;

namespace FastShardMap.Records;

/// <summary>The hasher of keys of any length. The hash of a long key is a part of it, so that no record is read to move
/// an entry.</summary>
internal readonly struct RecordKeyHasher : IKeyHasher<RecordKey>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public ulong Hash(RecordKey key, HashSeed seed) =>
        key.IsLong ? key.LongHash : WordHash.Mix(key.First, key.Last, seed);
}
