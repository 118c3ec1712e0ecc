namespace FastShardMap.Layout;

/// <summary>
/// The version of a cell with one value, <see cref="SeqLocked{T}"/>.
/// <code>
/// 63 ………………………… 1 |  0
///  stores so far    | busy
/// </code>
/// Busy: a writer is replacing the value. Pure arithmetic: the caller loads and stores the word.
/// </summary>
internal readonly record struct CellVersionWord(ulong Word)
{
    private const ulong Busy = 1;
    private const int StoresShift = 1;

    /// <summary>Whether no writer is inside.</summary>
    public bool IsStable => (Word & Busy) == 0;

    /// <summary>How many values were stored.</summary>
    public long Stores => (long)(Word >> StoresShift);

    /// <summary>The version while the value is replaced.</summary>
    public CellVersionWord BeginWrite() => new(Word + Busy);

    /// <summary>The version after the change that <see cref="BeginWrite"/> began.</summary>
    public CellVersionWord EndWrite() => new(Word + Busy);
}
