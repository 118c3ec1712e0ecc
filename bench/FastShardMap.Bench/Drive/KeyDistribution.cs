using FastShardMap.Bench.Keys;

namespace FastShardMap.Bench.Drive;

/// <summary>How often which key is drawn.</summary>
internal static class KeyDistribution
{
    public const string Uniform = "uniform";
    public const string Zipfian = "zipf";
    public const string HotSet = "hotset";

    /// <summary>YCSB's skew.</summary>
    private const double Theta = 0.99;

    /// <summary>One key in a hundred takes nine draws in ten.</summary>
    private const double HotKeys = 0.01;
    private const double HotDraws = 0.9;

    public static readonly string[] Names = [Uniform, Zipfian, HotSet];

    public static ulong[] Draw(string name, ulong[] keys, int count, ulong seed) => name switch
    {
        Uniform => KeyStreams.Uniform(keys, count, seed),
        Zipfian => KeyStreams.Zipfian(keys, count, Theta, seed),
        HotSet => KeyStreams.HotSet(keys, count, HotKeys, HotDraws, seed),
        _ => throw new ArgumentException($"No distribution is called '{name}'.", nameof(name)),
    };
}
