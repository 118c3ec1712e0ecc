namespace FastShardMap.Bench.Entries;

/// <summary>32-bit keys and values. Numbers must differ in their low 32 bits to give different keys.</summary>
public readonly struct HalfEntry : IEntry<uint, uint>
{
    public static string Label => "4+4";

    public static uint KeyOf(ulong number) => (uint)number;

    public static uint ValueOf(uint key) => ~key;

    public static uint Turn(uint key, ulong bits) => key ^ (uint)bits;

    public static ulong Fold(in uint value) => value;

    public static void Change(ref uint value) => value = ~value;
}
