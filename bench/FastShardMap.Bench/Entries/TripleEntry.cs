namespace FastShardMap.Bench.Entries;

/// <summary>64-bit keys with values of three words: 8 + 24 bytes.</summary>
public readonly struct TripleEntry : IEntry<ulong, TripleEntry.Value>
{
    public static string Label => "8+24";

    public static ulong KeyOf(ulong number) => number;

    public static Value ValueOf(ulong key) => new(~key, 0, key);

    public static ulong Turn(ulong key, ulong bits) => key ^ bits;

    public static ulong Fold(in Value value) => value.Low ^ (3 * value.High);

    public static void Change(ref Value value) => value = new Value(~value.Low, ~value.Middle, ~value.High);

    /// <summary>Three words.</summary>
    public readonly record struct Value(ulong Low, ulong Middle, ulong High);
}
