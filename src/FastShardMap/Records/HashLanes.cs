using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastShardMap.Records;

/// <summary>The hash of more than 32 bytes, in two lanes, which the processor computes at the same time.</summary>
/// <param name="length">The number of bytes.</param>
/// <param name="seed">The seed of the map.</param>
internal struct HashLanes(int length, HashSeed seed)
{
    /// <summary>The number of bytes that both lanes absorb together.</summary>
    public const int RoundBytes = 32;

    private ulong _first = (ulong)(uint)length * seed.Key1;
    private ulong _second = ~((ulong)(uint)length * seed.Key1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public void Absorb(Vector128<byte> first, Vector128<byte> second, HashSeed seed)
    {
        _first = HashMixer.Absorb(_first, first.AsUInt64()[0], first.AsUInt64()[1], seed);
        _second = HashMixer.Absorb(_second, second.AsUInt64()[0], second.AsUInt64()[1], seed);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public readonly ulong Finish(HashSeed seed) =>
        HashMixer.Fold(_first ^ BitOperations.RotateLeft(_second, 32), seed.Key1);
}
