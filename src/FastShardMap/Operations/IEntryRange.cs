namespace FastShardMap.Operations;

/// <summary>The writes of a range: creates the operation of each key, and receives its result.</summary>
internal interface IEntryRange<TValue, TOperation>
    where TValue : unmanaged
    where TOperation : struct, IEntryOperation<TValue>
{
    /// <summary>Creates the operation of the key at this index.</summary>
    TOperation OperationAt(int index);

    /// <summary>Called after the write of the key at this index has happened.</summary>
    void Record(int index, in TOperation operation);
}
