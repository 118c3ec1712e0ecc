namespace FastShardMap.Bench.Entries;

/// <summary>64-bit keys and values.</summary>
public readonly struct WordEntry : IEntry<ulong, ulong>
{
    public static string Label => "8+8";

    public static ulong KeyOf(ulong number) => number;

    public static ulong ValueOf(ulong key) => ~key;

    public static ulong Turn(ulong key, ulong bits) => key ^ bits;

    public static ulong Fold(in ulong value) => value;

    public static void Change(ref ulong value) => value = ~value;
}
