using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

/// <summary>The seqlock of a group. Writers hold the shard's lock; readers hold nothing.</summary>
internal static unsafe class GroupVersion
{
    public const ulong Busy = 1;
    public const ulong Moved = 2;
    private const ulong Write = 4;

    /// <summary>The version to validate against; odd while a writer is inside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // CompareBench: in-cache hits
    public static ulong BeginRead(Group* group)
    {
        SchedulePoint.Before("reader: version");

        // [E4] acquire: pairs with the release in EndWrite. [E6] acquire: pairs with the release in MarkMoved.
        return Volatile.Read(ref group->Version);
    }

    /// <summary>The control word, to be read after <see cref="BeginRead"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // CompareBench: in-cache hits
    public static ulong ReadControl(Group* group)
    {
        SchedulePoint.Before("reader: control");

        // [E7] acquire: pairs with the release in SetControl.
        return Volatile.Read(ref group->Control);
    }

    /// <summary>Whether the slots copied since <see cref="BeginRead"/> belong to one version.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // CompareBench: in-cache hits
    public static bool Validate(Group* group, ulong version)
    {
        // [E3] acquire fence: the copies complete before the version is read again; pairs with BeginWrite.
        Volatile.ReadBarrier();
        SchedulePoint.Before("reader: version again");

        // [E5] acquire: and this read completes before the generation is read again, or the zeroed version of a
        // retired table would match an opening zero; pairs with ViewGeneration.BeginChange.
        return Volatile.Read(ref group->Version) == version;
    }

    public static void BeginWrite(Group* group)
    {
        SchedulePoint.Before("writer: version odd");
        group->Version += Busy;

        // [E3] release fence: no slot changes before the version is odd; pairs with Validate.
        Volatile.WriteBarrier();
        SchedulePoint.Before("writer: slots");
    }

    public static void EndWrite(Group* group)
    {
        SchedulePoint.Before("writer: version even");

        // [E4] release: the slots and the control word come first; pairs with the acquire in BeginRead.
        Volatile.Write(ref group->Version, group->Version + (Write - Busy));
    }

    public static void SetControl(Group* group, ulong control)
    {
        SchedulePoint.Before("writer: control");

        // [E7] release: counts are raised before the entry is published, and lowered after it is gone; pairs with
        // the acquire in ReadControl.
        Volatile.Write(ref group->Control, control);
    }

    /// <summary>The group's entries have been copied to the current table.</summary>
    public static void MarkMoved(Group* group)
    {
        SchedulePoint.Before("writer: moved");

        // [E6] release: the copies come first; pairs with the acquire in BeginRead.
        Volatile.Write(ref group->Version, (group->Version + Write) | Moved);
    }
}

/// <summary>Publishes a table's changes to lock-free readers.</summary>
internal readonly unsafe struct SeqLockGroups : IGroupSync
{
    public static void BeginWrite(Group* group) => GroupVersion.BeginWrite(group);

    public static void EndWrite(Group* group) => GroupVersion.EndWrite(group);

    public static void SetControl(Group* group, ulong control) => GroupVersion.SetControl(group, control);
}
