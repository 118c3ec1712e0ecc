using FastShardMap.Bench.Keys;

namespace FastShardMap.Bench.Layout;

/// <summary>What keys are made of, distinct also where only 32 bits of it fit into a key.</summary>
internal static class LayoutKeys
{
    /// <summary>The finalizer of MurmurHash3: a permutation of the 32-bit numbers.</summary>
    public static uint NumberAt(int index)
    {
        uint z = (uint)index;
        z = (z ^ (z >> 16)) * 0x85EBCA6B;
        z = (z ^ (z >> 13)) * 0xC2B2AE35;
        return z ^ (z >> 16);
    }

    /// <summary>Uniform draws, with repetition, from the numbers first … first + count − 1.</summary>
    public static uint[] Draw(int first, int count, int draws, ulong seed)
    {
        SplitMix random = new(seed);
        uint[] numbers = new uint[draws];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = NumberAt(first + (int)random.Below((ulong)count));
        }

        return numbers;
    }
}
