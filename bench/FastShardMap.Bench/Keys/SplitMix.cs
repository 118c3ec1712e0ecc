namespace FastShardMap.Bench.Keys;

/// <summary>
/// The generator of Steele, Lea and Flood (2014): the same numbers on every runtime and machine, so a seed names one
/// input for ever.
/// </summary>
internal struct SplitMix(ulong seed)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    public ulong Next() => Mix(_state += Step);

    /// <summary>A number below <paramref name="bound"/>; the bias of 2⁻⁶⁴ × bound does not matter here.</summary>
    public ulong Below(ulong bound) => Math.BigMul(Next(), bound, out _);

    /// <summary>A number in (0, 1].</summary>
    public double NextDouble() => ((Next() >> 11) + 1) * (1.0 / (1UL << 53));

    /// <summary>A permutation of the 64-bit numbers: different inputs give different outputs.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
