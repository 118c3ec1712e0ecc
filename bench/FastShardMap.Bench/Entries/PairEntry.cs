namespace FastShardMap.Bench.Entries;

/// <summary>64-bit keys with values of two words: 8 + 16 bytes.</summary>
public readonly struct PairEntry : IEntry<ulong, PairEntry.Value>
{
    public static string Label => "8+16";

    public static ulong KeyOf(ulong number) => number;

    public static Value ValueOf(ulong key) => new(~key, key);

    public static ulong Turn(ulong key, ulong bits) => key ^ bits;

    public static ulong Fold(in Value value) => value.Low ^ (3 * value.High);

    public static void Change(ref Value value) => value = new Value(~value.Low, ~value.High);

    /// <summary>Two words.</summary>
    public readonly record struct Value(ulong Low, ulong High);
}
