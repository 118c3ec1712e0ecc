using System.Diagnostics;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Census;

/// <summary>Counts words.</summary>
internal sealed class WordCounter<TMap>(WordInput input, TMap map) : CensusCounter<string>
    where TMap : struct, IWordMap<TMap>
{
    public override string Label => TMap.Label;

    public override int Blocks => (int)((input.Items + BlockItems - 1) / BlockItems);

    public override long Count => map.Count;

    public override long? BytesAllocated => map.BytesAllocated;

    public override void CountBlock(int block, LatencyHistogram latencies)
    {
        ReadOnlySpan<WordInput.Word> words = input.Words[(block * BlockItems)..];
        CountWords(map, input, words[..Math.Min(BlockItems, words.Length)], latencies);
    }

    public override bool TryGet(string key, out long count) => map.TryGet(key, out count);

    public override IEnumerable<KeyValuePair<string, long>> Pairs() => map.Pairs();

    public override string Name(string key) => $"word '{key}'";

    public override void Dispose() => map.Dispose();

    private static void CountWords(
        TMap map, WordInput input, ReadOnlySpan<WordInput.Word> words, LatencyHistogram latencies)
    {
        long last = Stopwatch.GetTimestamp();
        foreach (WordInput.Word word in words)
        {
            map.Increment(input.TextOf(word));
            long now = Stopwatch.GetTimestamp();
            latencies.Record(now - last);
            last = now;
        }
    }
}
