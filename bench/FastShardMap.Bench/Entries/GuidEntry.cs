using System.Runtime.CompilerServices;

namespace FastShardMap.Bench.Entries;

/// <summary>Keys of 16 bytes and values of 16.</summary>
public readonly struct GuidEntry : IEntry<Guid, GuidEntry.Value>
{
    private static readonly HashSeed s_seed = new(0x9FB2_1C65_1E98_DF25, 0xD6E8_FEB8_6659_FD93);

    public static string Label => "16+16";

    /// <summary>A key whose words have nothing to do with each other, as those of a random Guid.</summary>
    /// <remarks><see cref="Guid.GetHashCode"/> is the exclusive or of four words of 32 bits. It would be 0 for all keys
    /// if the second half were the complement of the first.</remarks>
    public static Guid KeyOf(ulong number) =>
        Unsafe.BitCast<Value, Guid>(new Value(number, HashMixer.Mix(number, s_seed)));

    public static Value ValueOf(Guid key)
    {
        Value words = Unsafe.BitCast<Guid, Value>(key);
        return new Value(words.High, words.Low);
    }

    public static Guid Turn(Guid key, ulong bits)
    {
        Value words = Unsafe.BitCast<Guid, Value>(key);
        return Unsafe.BitCast<Value, Guid>(new Value(words.Low ^ bits, words.High));
    }

    public static ulong Fold(in Value value) => value.Low ^ (3 * value.High);

    public static void Change(ref Value value) => value = new Value(~value.Low, ~value.High);

    /// <summary>Two words.</summary>
    public readonly record struct Value(ulong Low, ulong High);
}
