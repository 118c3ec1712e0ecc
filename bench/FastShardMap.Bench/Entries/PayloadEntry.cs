using System.Runtime.CompilerServices;

namespace FastShardMap.Bench.Entries;

/// <summary>64-bit keys with values of many words, such as 8 + 56 bytes.</summary>
public readonly struct PayloadEntry<TWords> : IEntry<ulong, Payload<TWords>>
    where TWords : unmanaged
{
    public static string Label => $"8+{Unsafe.SizeOf<TWords>()}";

    public static ulong KeyOf(ulong number) => number;

    public static Payload<TWords> ValueOf(ulong key)
    {
        Payload<TWords> value = default(Payload<TWords>);
        value.First = ~key;
        value.Last = key;
        return value;
    }

    public static ulong Turn(ulong key, ulong bits) => key ^ bits;

    public static ulong Fold(in Payload<TWords> value) => value.First ^ (3 * value.Last);

    public static void Change(ref Payload<TWords> value) => value.Last = ~value.Last;
}
