using FastShardMap.Bench.Keys;

namespace FastShardMap.Bench.BackEnds;

/// <summary>
/// What the callers do, drawn beforehand: a ring of keys and kinds, which each caller enters at a place of its own.
/// </summary>
internal sealed class CallStream
{
    private const int Length = 1 << 18;

    private readonly ulong[] _keys;
    private readonly bool[] _isRead = new bool[Length];

    public CallStream(ulong[] keys, int readPercent)
    {
        _keys = KeyStreams.Uniform(keys, Length, seed: 1);
        SplitMix random = new(seed: 2);
        for (int i = 0; i < Length; i++)
        {
            _isRead[i] = random.Below(100) < (ulong)readPercent;
        }
    }

    public (ulong Key, bool IsRead) this[long place] => (_keys[place & (Length - 1)], _isRead[place & (Length - 1)]);

    public static int StartOf(int caller) => (int)(SplitMix.Mix((ulong)caller) % Length);
}
