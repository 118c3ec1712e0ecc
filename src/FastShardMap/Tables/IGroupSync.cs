using FastShardMap.Layout;

namespace FastShardMap.Tables;

/// <summary>
/// How a table publishes its changes. The table decides what is written in which order; the implementation adds what
/// lock-free readers need. Chosen by type parameter, so a table without readers pays nothing.
/// </summary>
internal unsafe interface IGroupSync
{
    /// <summary>The slots of the group are about to change.</summary>
    static abstract void BeginWrite(Group* group);

    /// <summary>The slots and the control word of the group are complete again.</summary>
    static abstract void EndWrite(Group* group);

    /// <summary>Writes the control word, as one word.</summary>
    static abstract void SetControl(Group* group, ulong control);
}

/// <summary>For tables that only one thread can see.</summary>
internal readonly unsafe struct UnsharedGroups : IGroupSync
{
    public static void BeginWrite(Group* group)
    {
    }

    public static void EndWrite(Group* group)
    {
    }

    public static void SetControl(Group* group, ulong control) => group->Control = control;
}
