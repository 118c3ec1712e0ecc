namespace FastShardMap.Layout;

/// <summary>
/// The generation of a read view.
/// <code>
/// 63 ……………………………… 2 |     1     |  0
///  changes so far       | migrating | busy
/// </code>
/// Busy: the owner of the shard's lock is changing the view. Migrating: the view has a previous table. This bit is part
/// of the word so that a reader of a shard without a previous table need not load the second reference. All methods are
/// pure arithmetic: the caller loads and stores the word.
/// </summary>
internal readonly record struct GenerationWord(ulong Word)
{
    private const ulong Busy = 1;
    private const ulong Migrating = 2;
    private const ulong Change = 4;

    /// <summary>The first valid generation. It is not 0, because 0 would match the zeroed memory of a header that was
    /// never initialized.</summary>
    public static GenerationWord Initial => new(Change);

    /// <summary>Whether the shard has one table and the view is complete, as a lookup in one table requires.</summary>
    public bool IsStable => (Word & (Busy | Migrating)) == 0;

    /// <summary>Whether the view is being changed.</summary>
    public bool IsBusy => (Word & Busy) != 0;

    /// <summary>Whether the view has a previous table.</summary>
    public bool IsMigrating => (Word & Migrating) != 0;

    /// <summary>Whether this is a possible generation of a shard.</summary>
    public bool IsValid => Word >= Change;

    /// <summary>Returns the generation while the view is being changed.</summary>
    public GenerationWord BeginChange() => new(Word | Busy);

    /// <summary>Returns the generation after the change.</summary>
    public GenerationWord EndChange(bool isMigrating) =>
        new(((Word & ~(Change - 1)) + Change) | (isMigrating ? Migrating : 0));

    public override string ToString() =>
        $"{Word}{(IsBusy ? ", busy" : string.Empty)}{(IsMigrating ? ", migrating" : string.Empty)}";
}
