namespace FastShardMap.Layout;

/// <summary>
/// The version of a <see cref="SeqLocked{T}"/>.
/// <code>
/// 63 ………………………… 1 |  0
///  stores so far    | busy
/// </code>
/// Busy: a writer is replacing the value. All methods are pure arithmetic: the caller loads and stores the word.
/// </summary>
internal readonly record struct CellVersionWord(ulong Word)
{
    private const ulong Busy = 1;
    private const int StoresShift = 1;

    /// <summary>Whether no writer is at work.</summary>
    public bool IsStable => (Word & Busy) == 0;

    /// <summary>The number of values that were stored.</summary>
    public long Stores => (long)(Word >> StoresShift);

    /// <summary>Returns the version while the value is being replaced.</summary>
    public CellVersionWord BeginWrite() => new(Word + Busy);

    /// <summary>Returns the version after the change that <see cref="BeginWrite"/> began.</summary>
    public CellVersionWord EndWrite() => new(Word + Busy);
}
