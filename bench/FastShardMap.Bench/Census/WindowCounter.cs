using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Census;

/// <summary>Counts windows of bytes.</summary>
internal sealed class WindowCounter<TMap> : CensusCounter<ulong>
    where TMap : struct, ICountingMap<TMap, ulong, long>
{
    private readonly WindowInput _input;
    private readonly TMap _map;
    private readonly List<Block> _blocks = [];

    public WindowCounter(WindowInput input, TMap map)
    {
        _input = input;
        _map = map;
        foreach (byte[] segment in input.Segments)
        {
            long windows = WindowInput.WindowsIn(segment.Length, input.StrideBytes);
            for (long first = 0; first < windows; first += BlockItems)
            {
                int count = (int)Math.Min(BlockItems, windows - first);
                _blocks.Add(new Block(segment, (int)(first * input.StrideBytes), count));
            }
        }
    }

    public override string Label => TMap.Label;

    public override int Blocks => _blocks.Count;

    public override long Count => _map.Count;

    public override long? BytesAllocated => _map.BytesAllocated;

    public override void CountBlock(int block, LatencyHistogram latencies) =>
        CountBlock(_map, _blocks[block], _input.StrideBytes, latencies);

    public override bool TryGet(ulong key, out long count) => _map.TryGet(key, out count);

    public override IEnumerable<KeyValuePair<ulong, long>> Pairs() => _map.Pairs();

    public override string Name(ulong key) => $"window 0x{key:x16}";

    public override void Dispose() => _map.Dispose();

    private static void CountBlock(TMap map, Block block, int strideBytes, LatencyHistogram latencies)
    {
        // Safety: a block's last window starts at Start + (Count - 1) × stride and ends inside the segment (WindowsIn).
        long lastStart = block.Start + ((block.Count - 1L) * strideBytes);
        Debug.Assert(lastStart + WindowInput.WindowBytes <= block.Segment.Length);
        ref byte window = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(block.Segment), block.Start);
        long last = Stopwatch.GetTimestamp();
        for (int i = 0; i < block.Count; i++)
        {
            map.Increment(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref window, (nint)i * strideBytes)));
            long now = Stopwatch.GetTimestamp();
            latencies.Record(now - last);
            last = now;
        }
    }

    private readonly record struct Block(byte[] Segment, int Start, int Count);
}
