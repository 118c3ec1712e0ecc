using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

/// <summary>The seqlock of a group. Writers own the shard's lock, or hold the group (ShardSet.InPlace.cs); readers
/// have nothing.</summary>
internal static unsafe class GroupVersion
{
    public const ulong Busy = 1;
    public const ulong Moved = 2;

    /// <summary>One thread has the group to itself, without the shard's lock.</summary>
    public const ulong Held = 4;

    /// <summary>A writer is inside.</summary>
    public const ulong Written = Busy | Held;

    private const ulong Write = 8;
    private const int HolderShift = 3;

    /// <summary>The version to validate against; one of <see cref="Written"/>'s bits is set while a writer is inside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static ulong BeginRead(Group* group)
    {
        SchedulePoint.Before("reader: version");

        // [E4] acquire: pairs with the release in EndWrite and in Release. [E6] acquire: pairs with the release in MarkMoved.
        return Volatile.Read(ref group->Version);
    }

    /// <summary>The control word, to be read after <see cref="BeginRead"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static ulong ReadControl(Group* group)
    {
        SchedulePoint.Before("reader: control");

        // [E7] acquire: pairs with the release in SetControl.
        return Volatile.Read(ref group->Control);
    }

    /// <summary>Whether the slots copied since <see cref="BeginRead"/> belong to one version.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static bool Validate(Group* group, ulong version)
    {
        // [E3] acquire fence: the copies complete before the version is read again; pairs with BeginWrite.
        Volatile.ReadBarrier();
        SchedulePoint.Before("reader: version again");

        // [E5] acquire: and this read completes before the generation is read again, or the zeroed version of a
        // retired table would match an opening zero; pairs with ViewGeneration.BeginChange.
        return Volatile.Read(ref group->Version) == version;
    }

    /// <summary>Makes the version odd. By the owner of the shard's lock.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m
    public static void BeginWrite(Group* group)
    {
        ulong version = AwaitHolder(group);
        SchedulePoint.Before("writer: version odd");
        group->Version = version + Busy;

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
        ulong version = AwaitHolder(group);
        SchedulePoint.Before("writer: moved");

        // [E6] release: the copies come first; pairs with the acquire in BeginRead.
        Volatile.Write(ref group->Version, (version + Write) | Moved);
    }

    /// <summary>Takes a group for the calling thread, without the shard's lock, if its version is still the one that
    /// <see cref="BeginRead"/> returned. Whether the thread may use it, <see cref="IsHeldBy"/> and the lock tell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static bool TryHold(Group* group, ulong version, ThreadState thread)
    {
        SchedulePoint.Before("holder: hold");

        // [E11] release: a full fence, between this and the look at the lock; pairs with ShardLock.Enter and AwaitHolder.
        return Interlocked.CompareExchange(ref group->Version, HeldBy(thread), version) == version;
    }

    /// <summary>Whether the thread holds the group still: an owner of the shard's lock may not have seen it do so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static bool IsHeldBy(Group* group, ThreadState thread)
    {
        SchedulePoint.Before("holder: version again");
        return Volatile.Read(ref group->Version) == HeldBy(thread);
    }

    /// <summary>Ends a hold that has changed the group, or not.</summary>
    /// <param name="group">The group.</param>
    /// <param name="version">The version before the hold.</param>
    /// <param name="changed">Whether readers that have begun before the hold must begin anew.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static void Release(Group* group, ulong version, bool changed)
    {
        SchedulePoint.Before("holder: release");

        // [E4] release: the value comes first; pairs with the acquire in BeginRead and in AwaitHolder.
        Volatile.Write(ref group->Version, changed ? version + Write : version);
    }

    /// <summary>Ends a hold that was not to be used. If an owner of the lock has written the version since, its word stands.</summary>
    public static void GiveUp(Group* group, ulong version, ThreadState thread)
    {
        SchedulePoint.Before("holder: give up");
        _ = Interlocked.CompareExchange(ref group->Version, version, HeldBy(thread));
    }

    /// <summary>Waits until nobody holds the group. By the owner of the shard's lock: whoever comes after gives up at once.</summary>
    /// <returns>The version.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m
    public static ulong AwaitHolder(Group* group)
    {
        SchedulePoint.Before("writer: holder");

        // [E11] acquire: after the lock was taken. [E4] acquire: pairs with the release in Release.
        ulong version = Volatile.Read(ref group->Version);
        return (version & Held) == 0 ? version : SpinUntilReleased(group);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong SpinUntilReleased(Group* group)
    {
        SpinWait spin = default;
        ulong version;
        do
        {
            spin.SpinOnce();
            version = Volatile.Read(ref group->Version); // [E4] acquire: as above
        }
        while ((version & Held) != 0);
        return version;
    }

    // No two threads alive have the same, so what one of them takes back is its own.
    private static ulong HeldBy(ThreadState thread) => ((ulong)(uint)thread.Id << HolderShift) | Held;
}

/// <summary>Publishes a table's changes to lock-free readers.</summary>
internal readonly unsafe struct SeqLockGroups : IGroupSync
{
    public static void BeginWrite(Group* group) => GroupVersion.BeginWrite(group);

    public static void EndWrite(Group* group) => GroupVersion.EndWrite(group);

    public static void SetControl(Group* group, ulong control) => GroupVersion.SetControl(group, control);
}
