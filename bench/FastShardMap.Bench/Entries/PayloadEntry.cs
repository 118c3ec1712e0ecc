using System.Runtime.CompilerServices;

namespace FastShardMap.Bench.Entries;

/// <summary>64-bit keys with a cache line's worth of value: 8 + 56 bytes.</summary>
public readonly struct LineEntry : IEntry<ulong, LineEntry.Value>
{
    public static string Label => "8+56";

    public static ulong KeyOf(ulong number) => number;

    public static Value ValueOf(ulong key)
    {
        var value = default(Value);
        value[0] = ~key;
        value[Value.Words - 1] = key;
        return value;
    }

    public static ulong Turn(ulong key, ulong bits) => key ^ bits;

    public static ulong Fold(in Value value) => value[0] ^ (3 * value[Value.Words - 1]);

    public static void Change(ref Value value) => value[Value.Words - 1] = ~value[Value.Words - 1];

    /// <summary>Seven words.</summary>
    [InlineArray(Words)]
    public struct Value : IEquatable<Value>
    {
        public const int Words = 7;

        private ulong _word;

        public static bool operator ==(Value left, Value right) => left.Equals(right);

        public static bool operator !=(Value left, Value right) => !left.Equals(right);

        public readonly bool Equals(Value other) => ((ReadOnlySpan<ulong>)this).SequenceEqual(other);

        public override readonly bool Equals(object? obj) => obj is Value other && Equals(other);

        public override readonly int GetHashCode() => this[0].GetHashCode();
    }
}

/// <summary>64-bit keys with a record as the value: 8 + 248 bytes.</summary>
public readonly struct RecordEntry : IEntry<ulong, RecordEntry.Value>
{
    public static string Label => "8+248";

    public static ulong KeyOf(ulong number) => number;

    public static Value ValueOf(ulong key)
    {
        var value = default(Value);
        value[0] = ~key;
        value[Value.Words - 1] = key;
        return value;
    }

    public static ulong Turn(ulong key, ulong bits) => key ^ bits;

    public static ulong Fold(in Value value) => value[0] ^ (3 * value[Value.Words - 1]);

    public static void Change(ref Value value) => value[Value.Words - 1] = ~value[Value.Words - 1];

    /// <summary>Thirty-one words.</summary>
    [InlineArray(Words)]
    public struct Value : IEquatable<Value>
    {
        public const int Words = 31;

        private ulong _word;

        public static bool operator ==(Value left, Value right) => left.Equals(right);

        public static bool operator !=(Value left, Value right) => !left.Equals(right);

        public readonly bool Equals(Value other) => ((ReadOnlySpan<ulong>)this).SequenceEqual(other);

        public override readonly bool Equals(object? obj) => obj is Value other && Equals(other);

        public override readonly int GetHashCode() => this[0].GetHashCode();
    }
}
