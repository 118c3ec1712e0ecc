namespace FastShardMap.Operations;

/// <summary>What is to become of an entry.</summary>
internal enum EntryAction
{
    /// <summary>Leave the map as it is.</summary>
    None,

    /// <summary>Insert the value, or overwrite the present one.</summary>
    Store,

    /// <summary>Remove the entry.</summary>
    Remove,
}
