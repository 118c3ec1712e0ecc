using FastShardMap.Layout;

namespace FastShardMap.Operations;

/// <summary>Removes an entry with a value of any length, and copies its bytes. An entry whose bytes do not fit
/// stays.</summary>
/// <param name="copy">The memory for the bytes.</param>
/// <param name="needsBytes">Whether the bytes are wanted.</param>
internal struct BlobRemoveOperation(BlobCopy copy, bool needsBytes) : IEntryOperation<BlobRef>
{
    private readonly bool _needsBytes = needsBytes;

    public static bool RunsUserCode => false;

    public readonly bool KeepsKey => false;

    /// <summary>What was copied.</summary>
    public BlobCopy Copy = copy;

    /// <summary>Whether the entry was removed.</summary>
    public bool Done { get; private set; }

    public EntryAction OnFound(ref BlobRef value)
    {
        if (_needsBytes)
        {
            Copy.Take(value); // under the lock, before the record is released
            if (!Copy.IsComplete)
            {
                return EntryAction.None;
            }
        }

        Done = true;
        return EntryAction.Remove;
    }

    public readonly EntryAction OnAbsent(out BlobRef value)
    {
        value = default;
        return EntryAction.None;
    }
}
