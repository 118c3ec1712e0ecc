namespace FastShardMap.Layout;

/// <summary>
/// The generation of a read view.
/// <code>
/// 63 ……………………………… 2 |     1     |  0
///  changes so far       | migrating | busy
/// </code>
/// Busy: the owner of the shard's lock is changing the view. Migrating: the view has a previous table; part of the word, so
/// that a reader of a shard without one need not load the second reference. Pure arithmetic: the caller loads and stores
/// the word.
/// </summary>
internal readonly struct GenerationWord(ulong word) : IEquatable<GenerationWord>
{
    private const ulong Busy = 1;
    private const ulong Migrating = 2;
    private const ulong Change = 4;

    /// <summary>The first valid generation: 0 would match the zeroed memory of a header that never was.</summary>
    public static GenerationWord Initial => new(Change);

    public ulong Word => word;

    /// <summary>Whether the shard has one table and the view is complete: what a lookup in one table needs.</summary>
    public bool IsStable => (word & (Busy | Migrating)) == 0;

    /// <summary>Whether the view is being changed.</summary>
    public bool IsBusy => (word & Busy) != 0;

    /// <summary>Whether the view has a previous table.</summary>
    public bool IsMigrating => (word & Migrating) != 0;

    /// <summary>Whether this can be the generation of a shard.</summary>
    public bool IsValid => word >= Change;

    public static bool operator ==(GenerationWord left, GenerationWord right) => left.Equals(right);

    public static bool operator !=(GenerationWord left, GenerationWord right) => !left.Equals(right);

    /// <summary>The generation while the view is being changed.</summary>
    public GenerationWord BeginChange() => new(word | Busy);

    /// <summary>The generation after the change.</summary>
    public GenerationWord EndChange(bool isMigrating) => new(((word & ~(Change - 1)) + Change) | (isMigrating ? Migrating : 0));

    public bool Equals(GenerationWord other) => word == other.Word;

    public override bool Equals(object? obj) => obj is GenerationWord other && Equals(other);

    public override int GetHashCode() => word.GetHashCode();

    public override string ToString() =>
        $"{word}{(IsBusy ? ", busy" : string.Empty)}{(IsMigrating ? ", migrating" : string.Empty)}";
}
