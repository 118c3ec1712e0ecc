using System.Runtime.CompilerServices;

namespace FastShardMap.Bench.Entries;

/// <summary>As <see cref="PayloadEntry{TWords}"/>, but all of a value is used: it is passed to a method. Otherwise the
/// JIT loads only two words of it from a map that returns a value without a copy.</summary>
public readonly struct WholePayloadEntry<TWords> : IEntry<ulong, Payload<TWords>>
    where TWords : unmanaged
{
    public static string Label => PayloadEntry<TWords>.Label;

    public static ulong KeyOf(ulong number) => number;

    public static Payload<TWords> ValueOf(ulong key) => PayloadEntry<TWords>.ValueOf(key);

    public static ulong Turn(ulong key, ulong bits) => PayloadEntry<TWords>.Turn(key, bits);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Fold(in Payload<TWords> value) => PayloadEntry<TWords>.Fold(value);

    public static void Change(ref Payload<TWords> value) => PayloadEntry<TWords>.Change(ref value);
}
