namespace FastShardMap.Operations;

/// <summary>A write: what it does with the entry it finds, or with the absence of one. Called once, under the shard's
/// lock, while every version is even: user code may run here, and may throw.</summary>
internal interface IEntryOperation<TValue>
    where TValue : unmanaged
{
    /// <summary>Whether user code runs inside: then calls back into the map are refused.</summary>
    static abstract bool RunsUserCode { get; }

    /// <summary>Whether all that happens to a present key is that its value may be replaced.</summary>
    bool KeepsKey { get; }

    /// <summary>The key is present; <paramref name="value"/> is a copy of its value, and what Store writes.</summary>
    EntryAction OnFound(ref TValue value);

    /// <summary>The key is absent; <paramref name="value"/> is what Store inserts.</summary>
    EntryAction OnAbsent(out TValue value);
}
