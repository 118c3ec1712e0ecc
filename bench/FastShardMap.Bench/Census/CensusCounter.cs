using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Census;

/// <summary>A map, and the loop that counts the items of an input in it, block by block.</summary>
/// <typeparam name="TKey">What is counted.</typeparam>
internal abstract class CensusCounter<TKey> : IDisposable
{
    /// <summary>
    /// Items that a thread takes at a time: a few hundred microseconds of work, so that the threads end together.
    /// </summary>
    public const int BlockItems = 8192;

    public abstract string Label { get; }

    /// <summary>The number of blocks of the input.</summary>
    public abstract int Blocks { get; }

    /// <summary>The number of entries.</summary>
    public abstract long Count { get; }

    /// <summary>What the map itself says it holds in bytes; null where it does not know.</summary>
    public abstract long? BytesAllocated { get; }

    /// <summary>Counts the items of a block, and records how long each operation takes.</summary>
    /// <remarks>The end of one operation is the start of the next. So no pause can fall between two operations, and
    /// every operation bears one clock reading and one histogram entry, the same in every map.</remarks>
    public abstract void CountBlock(int block, LatencyHistogram latencies);

    public abstract bool TryGet(TKey key, out long count);

    /// <summary>Every pair, for verification after all writers have stopped.</summary>
    public abstract IEnumerable<KeyValuePair<TKey, long>> Pairs();

    /// <summary>Names an item in a message.</summary>
    public abstract string Name(TKey key);

    public abstract void Dispose();
}
