namespace FastShardMap.Operations;

/// <summary>The result of an operation: what to do with the entry.</summary>
internal enum EntryAction
{
    /// <summary>Leave the map unchanged.</summary>
    None,

    /// <summary>Insert the value, or overwrite the existing value.</summary>
    Store,

    /// <summary>Remove the entry.</summary>
    Remove,

    /// <summary>Give the existing entry another record with this value, which has any length. Apart from Store, so that
    /// values of fixed size need no branch.</summary>
    Replace,
}
