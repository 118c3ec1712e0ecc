using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Sharding;

namespace FastShardMap.Text;

/// <summary>Copies entries from one map with keys of any length to another.</summary>
internal static unsafe class RecordMaps
{
    private const int MaxPeekedEntries = 1000;

    /// <summary>Creates an empty map with the options and the seed of another.</summary>
    public static ShardMap<RecordKey, TValue, RecordKeyHasher> EmptyTwin<TValue>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map)
        where TValue : unmanaged => new(map.Shards.OptionsOfTwin);

    /// <summary>Stores all entries of a map, as of one instant, in another. The stored keys are those of the source's
    /// memory, so each is presented to the destination, which copies it.</summary>
    /// <returns>The number of entries of the source.</returns>
    // Safety: the snapshot keeps the bytes of its keys.
    public static long Merge<TValue, TMerger>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> destination,
        ShardMap<RecordKey, TValue, RecordKeyHasher> source,
        ref TMerger merger,
        string parameterName)
        where TValue : unmanaged
        where TMerger : struct, IValueMerger<ReadOnlySpan<byte>, TValue>
    {
        if (ReferenceEquals(source, destination))
        {
            throw new ArgumentException("A map cannot be merged with itself.", parameterName);
        }

        destination.Shards.ThrowIfInCallback();
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        HashSeed seed = destination.Shards.Seed;
        using ShardMapSnapshot<RecordKey, TValue, RecordKeyHasher> snapshot = source.BriefSnapshot();
        using InterruptDeferral deferral = InterruptDeferral.Begin();
        destination.ReserveFor(snapshot);
        foreach (KeyValuePair<RecordKey, TValue> item in snapshot)
        {
            RecordKey stored = item.Key;
            byte* bytes = stored.IsLong ? stored.Address : (byte*)&stored;
            RecordKey presented = KeyBytes.Present(bytes, stored.Length, buffer, seed);
            MergeUpserter<TValue, TMerger> upserter = new(bytes, stored.Length, item.Value, merger);
            destination.AddOrUpdate(presented, ref upserter);
            merger = upserter.Merger;
        }

        return snapshot.Count;
    }

    /// <summary>Returns some entries, read without any lock, for a debugger.</summary>
    // Safety: the addresses come from confirmed slots, and the memory stays mapped while the map lives. A record that
    // has been used again since has another hash.
    public static List<KeyValuePair<byte[], TValue>> Peek<TValue>(
        ShardMap<RecordKey, TValue, RecordKeyHasher> map)
        where TValue : unmanaged
    {
        List<KeyValuePair<byte[], TValue>> entries = [];
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        foreach (KeyValuePair<RecordKey, TValue> entry in map.Shards.PeekEntries(MaxPeekedEntries))
        {
            byte[] key = KeyOutput.ArrayOf(entry.Key);
            fixed (byte* bytes = key)
            {
                RecordKey copy = KeyBytes.Present(bytes, key.Length, buffer, map.Shards.Seed);
                if (copy.First == entry.Key.First)
                {
                    entries.Add(new KeyValuePair<byte[], TValue>(key, entry.Value));
                }
            }
        }

        GC.KeepAlive(map);
        return entries;
    }

    private struct MergeUpserter<TValue, TMerger>(byte* key, int length, TValue other, TMerger merger)
        : IValueUpserter<RecordKey, TValue>
        where TValue : unmanaged
        where TMerger : struct, IValueMerger<ReadOnlySpan<byte>, TValue>
    {
        public TMerger Merger = merger;

        private readonly byte* _key = key;
        private readonly int _length = length;
        private readonly TValue _other = other;

        public readonly TValue Create(RecordKey key) => _other;

        public void Update(RecordKey key, ref TValue value) =>
            Merger.Merge(new ReadOnlySpan<byte>(_key, _length), ref value, _other);
    }
}
