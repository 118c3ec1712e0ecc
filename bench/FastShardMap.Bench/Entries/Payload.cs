using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastShardMap.Bench.Entries;

/// <summary>A value of several words, of which the first and the last are used.</summary>
public struct Payload<TWords> : IEquatable<Payload<TWords>>
    where TWords : unmanaged
{
    private TWords _words;

    public ulong First
    {
        readonly get => WordAt(ref Unsafe.AsRef(in _words), 0);
        set => WordAt(ref _words, 0) = value;
    }

    public ulong Last
    {
        readonly get => WordAt(ref Unsafe.AsRef(in _words), LastIndex);
        set => WordAt(ref _words, LastIndex) = value;
    }

    private static int LastIndex => (Unsafe.SizeOf<TWords>() / sizeof(ulong)) - 1;

    public static bool operator ==(Payload<TWords> left, Payload<TWords> right) => left.Equals(right);

    public static bool operator !=(Payload<TWords> left, Payload<TWords> right) => !left.Equals(right);

    public readonly bool Equals(Payload<TWords> other) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<TWords>(in _words))
            .SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<TWords>(in other._words)));

    public override readonly bool Equals(object? obj) => obj is Payload<TWords> other && Equals(other);

    public override readonly int GetHashCode() => First.GetHashCode();

    private static ref ulong WordAt(ref TWords words, int index) =>
        ref Unsafe.Add(ref Unsafe.As<TWords, ulong>(ref words), index);
}
