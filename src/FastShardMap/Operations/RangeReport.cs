namespace FastShardMap.Operations;

/// <summary>What a write of many keys reports per key, if the caller wants to know.</summary>
/// <param name="done">Receives whether each key was written; empty if only the number is wanted.</param>
internal readonly ref struct RangeReport(Span<bool> done)
{
    private readonly Span<bool> _done = done;

    /// <summary>Reports one key.</summary>
    /// <returns>1 if it was written, otherwise 0.</returns>
    public int Note(int index, bool isDone)
    {
        if (!_done.IsEmpty)
        {
            _done[index] = isDone;
        }

        return isDone ? 1 : 0;
    }

    /// <summary>The part of the report that belongs to some of the keys.</summary>
    public Span<bool> Part(int from, int count) => _done.IsEmpty ? default : _done.Slice(from, count);
}
