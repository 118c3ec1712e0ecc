using System.Runtime.CompilerServices;

namespace FastShardMap.Bench.Entries;

/// <summary>Keys of 16 bytes with values of many words, such as 16 + 32 bytes.</summary>
public readonly struct GuidPayloadEntry<TWords> : IEntry<Guid, Payload<TWords>>
    where TWords : unmanaged
{
    public static string Label => $"16+{Unsafe.SizeOf<TWords>()}";

    public static Guid KeyOf(ulong number) => GuidEntry.KeyOf(number);

    public static Payload<TWords> ValueOf(Guid key) => PayloadEntry<TWords>.ValueOf(GuidEntry.ValueOf(key).High);

    public static Guid Turn(Guid key, ulong bits) => GuidEntry.Turn(key, bits);

    public static ulong Fold(in Payload<TWords> value) => PayloadEntry<TWords>.Fold(value);

    public static void Change(ref Payload<TWords> value) => PayloadEntry<TWords>.Change(ref value);
}
