using System.Runtime.CompilerServices;

namespace FastShardMap.Bench.Entries;

/// <summary>Keys of 16 bytes and values of 16.</summary>
public readonly struct GuidEntry : IEntry<Guid, GuidEntry.Value>
{
    public static string Label => "16+16";

    public static Guid KeyOf(ulong number) => Unsafe.BitCast<Value, Guid>(new Value(number, ~number));

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
