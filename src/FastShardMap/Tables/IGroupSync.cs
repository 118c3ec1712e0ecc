using FastShardMap.Layout;

namespace FastShardMap.Tables;

/// <summary>Publishes the changes of a table. The table decides what is written in which order; the implementation adds
/// the ordering that lock-free readers need. It is a type parameter, so a table without concurrent readers pays
/// nothing.</summary>
internal unsafe interface IGroupSync
{
    /// <summary>Called before the slots of the group change.</summary>
    static abstract void BeginWrite(Group* group);

    /// <summary>Called when the slots and the control word of the group are complete again.</summary>
    static abstract void EndWrite(Group* group);

    /// <summary>Writes the control word in one store.</summary>
    static abstract void SetControl(Group* group, ulong control);

    /// <summary>Adds the hash of an entry that passes the group to its overflow filter.</summary>
    static abstract void AddToFilter(Group* group, ulong hash);

    /// <summary>Clears the overflow filter of a group that no entry has passed.</summary>
    static abstract void ClearFilter(Group* group);
}

/// <summary>Implements <see cref="IGroupSync"/> for tables that only one thread can access.</summary>
internal readonly unsafe struct UnsharedGroups : IGroupSync
{
    public static void BeginWrite(Group* group)
    {
    }

    public static void EndWrite(Group* group)
    {
    }

    public static void SetControl(Group* group, ulong control) => group->Control = control;

    public static void AddToFilter(Group* group, ulong hash) =>
        group->Version = new VersionWord(group->Version).PassedBy(hash).Word;

    public static void ClearFilter(Group* group) =>
        group->Version = new VersionWord(group->Version).WithoutFilter().Word;
}
