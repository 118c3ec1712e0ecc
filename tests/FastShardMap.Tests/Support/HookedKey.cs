namespace FastShardMap.Tests.Support;

/// <summary>
/// A key whose Equals lets a test act in the middle of a lookup: between a reader's look at one slot and at the next.
/// All such keys have one hash.
/// </summary>
internal readonly struct HookedKey(long number) : IEquatable<HookedKey>
{
    public readonly long Number = number;
    public readonly long Complement = ~number;

    /// <summary>Called with the key in the table; on this thread only.</summary>
    [field: ThreadStatic]
    public static Action<HookedKey>? OnEquals { get; set; }

    public bool IsWhole => Complement == ~Number;

    public bool Equals(HookedKey other)
    {
        OnEquals?.Invoke(other);
        return Number == other.Number;
    }

    public override bool Equals(object? obj) => obj is HookedKey other && Equals(other);

    public override int GetHashCode() => 0;

    internal readonly struct Hasher : IKeyHasher<HookedKey>
    {
        public ulong Hash(HookedKey key, HashSeed seed) => 0x1234_5678_9ABC_DEF0;
    }
}
