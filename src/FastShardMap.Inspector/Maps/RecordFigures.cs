using System.Numerics;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Maps;

/// <summary>The record memory of one shard, or of all shards together, as the shards count it.</summary>
/// <param name="LiveBytes">Bytes of the records of keys in the tables.</param>
/// <param name="HeldBytes">Bytes of all segments.</param>
/// <param name="FreeBytes">Bytes of released records that wait to be used again.</param>
/// <param name="LimboBytes">Bytes of released records and segments that snapshots may still show.</param>
/// <param name="Segments">The number of segments.</param>
internal readonly record struct RecordFigures(
    long LiveBytes, long HeldBytes, long FreeBytes, long LimboBytes, long Segments)
{
    /// <summary>The labels of the classes that <see cref="LengthClass"/> returns.</summary>
    public static readonly string[] LengthLabels =
    [
        "0–15", "16–31", "32–63", "64–127", "128–255", "256–511", "512–1023", "1024–2047", "2048–4095", "4096–8191",
        "8192–16383", "16384–32766",
    ];

    /// <summary>The share of the held bytes that are not those of keys: free, in limbo, lost or not used yet.</summary>
    public double Fragmentation => HeldBytes <= 0 ? 0 : Math.Clamp(1 - ((double)LiveBytes / HeldBytes), 0, 1);

    /// <summary>The figures of a shard; all 0 if its record memory cannot be read.</summary>
    public static RecordFigures Read(NativeMap map, int shard) => map.TryReadHeap(shard, out RecordHeap heap)
        ? new RecordFigures(
            unchecked(heap.LiveBytes + heap.LargeBytes),
            unchecked(heap.SegmentBytes + heap.OldSegmentBytes + heap.EpochSegmentBytes + heap.LargeBytes),
            heap.FreeBytes,
            unchecked(heap.LimboBytes + heap.LostBytes + heap.EpochSegmentBytes),
            heap.SegmentCount)
        : default;

    /// <summary>The sum. Damaged figures may wrap, and do not throw.</summary>
    public static RecordFigures operator +(RecordFigures left, RecordFigures right) => unchecked(new RecordFigures(
        left.LiveBytes + right.LiveBytes,
        left.HeldBytes + right.HeldBytes,
        left.FreeBytes + right.FreeBytes,
        left.LimboBytes + right.LimboBytes,
        left.Segments + right.Segments));

    /// <summary>The class of a length: keys in the slot, and then one class per doubling.</summary>
    public static int LengthClass(int length) =>
        length <= RecordKey.MaxInlineBytes
            ? 0
            : Math.Min(BitOperations.Log2((uint)length) - 3, LengthLabels.Length - 1);
}
