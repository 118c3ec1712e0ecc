using System.Runtime.InteropServices;

namespace FastShardMap.Tests.Hashing;

/// <summary>Seven bytes of padding lie between its fields.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct PaddedKey(byte first, long second) : IEquatable<PaddedKey>
{
    private readonly byte _first = first;
    private readonly long _second = second;

    public bool Equals(PaddedKey other) => _first == other._first && _second == other._second;

    public override bool Equals(object? obj) => obj is PaddedKey other && Equals(other);

    public override int GetHashCode() => (_first * 397) ^ _second.GetHashCode();
}
