using System.Buffers;
using FastShardMap.Layout;
using FastShardMap.Operations;
using FastShardMap.Records;
using FastShardMap.Sharding;

namespace FastShardMap.Text;

/// <summary>Copies entries from one map with values of any length to another.</summary>
internal static unsafe class BlobMaps
{
    /// <summary>Stores all entries of a map, as of one instant, in another. Keys and values are presented to the
    /// destination, which copies them.</summary>
    /// <param name="destination">The map that changes.</param>
    /// <param name="source">The other map.</param>
    /// <param name="conflict">Decides the value of a key that both have; null to take that of the source.</param>
    /// <param name="parameterName">The parameter that an exception names.</param>
    /// <returns>The number of entries of the source.</returns>
    // Safety: the snapshot keeps the bytes of its keys and values.
    public static long Merge(
        ShardMap<RecordKey, BlobRef, RecordKeyHasher> destination,
        ShardMap<RecordKey, BlobRef, RecordKeyHasher> source,
        Action<ReadOnlySpan<byte>, ReadOnlySpan<byte>, ReadOnlySpan<byte>, IBufferWriter<byte>>? conflict,
        string parameterName)
    {
        if (ReferenceEquals(source, destination))
        {
            throw new ArgumentException("A map cannot be merged with itself.", parameterName);
        }

        destination.Shards.ThrowIfInCallback();
        byte* room = stackalloc byte[RecordKey.BufferBytes];
        HashSeed seed = destination.Shards.Seed;
        using BlobBuffer buffer = new();
        using ShardMapSnapshot<RecordKey, BlobRef, RecordKeyHasher> snapshot = source.BriefSnapshot();
        using InterruptDeferral deferral = InterruptDeferral.Begin();
        destination.ReserveFor(snapshot);
        foreach (KeyValuePair<RecordKey, BlobRef> item in snapshot)
        {
            RecordKey stored = item.Key;
            BlobRef value = BlobRef.Present(item.Value.Address, (int)item.Value.Length);
            byte* bytes = stored.IsLong ? stored.Address : (byte*)&stored;
            RecordKey presented = KeyBytes.Present(bytes, stored.Length, room, seed);
            if (conflict is null)
            {
                BlobStoreOperation operation = new(value);
                destination.Shards.Write(presented, ref operation);
            }
            else
            {
                BlobMergeOperation operation = new(bytes, stored.Length, value, conflict, buffer);
                destination.Shards.Write(presented, ref operation);
            }
        }

        GC.KeepAlive(destination);
        return snapshot.Count;
    }
}
