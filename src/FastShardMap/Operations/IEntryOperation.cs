namespace FastShardMap.Operations;

/// <summary>A write: decides what to do with the entry that was found, or with an absent key. The map calls it once,
/// under the shard's lock, while every version is even. User code may run here, and may throw.</summary>
internal interface IEntryOperation<TValue>
    where TValue : unmanaged
{
    /// <summary>Whether the operation runs user code. Calls from it back into the map are then refused.</summary>
    static abstract bool RunsUserCode { get; }

    /// <summary>Whether the operation does nothing to a present key other than replace its value, so that it is worth
    /// trying without the shard's lock.</summary>
    bool KeepsKey { get; }

    /// <summary>Called if the key is present. <paramref name="value"/> is a copy of its value; Store writes it
    /// back.</summary>
    EntryAction OnFound(ref TValue value);

    /// <summary>Called if the key is absent. <paramref name="value"/> is the value that Store inserts.</summary>
    EntryAction OnAbsent(out TValue value);
}
