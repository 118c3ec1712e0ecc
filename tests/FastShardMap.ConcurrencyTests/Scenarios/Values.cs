using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>A value that repeats one number over its whole length, so that a torn copy shows.</summary>
internal interface IRepeated<TSelf>
    where TSelf : struct
{
    static abstract TSelf Of(ulong number);

    /// <summary>The number, or <see cref="History.MapOp.Torn"/>.</summary>
    ulong Number { get; }
}

/// <summary>One word: the groups' stride divides the blocks' alignment.</summary>
internal readonly record struct Word(ulong Number) : IRepeated<Word>
{
    public static Word Of(ulong number) => new(number);
}

/// <summary>Two words: groups of seven slots, and a value that can tear.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Pair : IRepeated<Pair>, IEquatable<Pair>
{
    public ulong First;
    public ulong Second;

    public readonly ulong Number => First == Second ? First : History.MapOp.Torn;

    public static Pair Of(ulong number) => new() { First = number, Second = number };

    public readonly bool Equals(Pair other) => First == other.First && Second == other.Second;

    public override readonly bool Equals(object? obj) => obj is Pair other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(First, Second);
}

/// <summary>So large that a group has two slots: three entries fill two groups, and every walk overflows.</summary>
[InlineArray(Words)]
internal struct Page : IRepeated<Page>, IEquatable<Page>
{
    public const int Words = 170;
    private ulong _first;

    public readonly ulong Number
    {
        get
        {
            ReadOnlySpan<ulong> words = this;
            return words.ContainsAnyExcept(_first) ? History.MapOp.Torn : _first;
        }
    }

    public static Page Of(ulong number)
    {
        Page page = default;
        ((Span<ulong>)page).Fill(number);
        return page;
    }

    public readonly bool Equals(Page other) => ((ReadOnlySpan<ulong>)this).SequenceEqual(other);

    public override readonly bool Equals(object? obj) => obj is Page other && Equals(other);

    public override readonly int GetHashCode() => _first.GetHashCode();
}

/// <summary>The key is its hash: tests say where an entry lives.</summary>
internal readonly struct PlacedHasher : IKeyHasher<ulong>
{
    public ulong Hash(ulong key, HashSeed seed) => key;

    /// <summary>A key whose home is in the given sixteenth of a table. Even and odd ids have different bits in an
    /// overflow filter.</summary>
    public static ulong Key(int home, int tag, int id, int shard = 0) =>
        ((ulong)home << 60) | ((ulong)(id & 1) << 24) | ((ulong)tag << 17) | ((ulong)id << 8) | ((ulong)shard << 5);
}
