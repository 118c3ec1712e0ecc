using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

/// <summary>The seqlock of a group. Writers own the shard's lock or have locked the group (Shard.InPlace.cs); readers
/// take no lock.</summary>
internal static unsafe class GroupVersion
{
    /// <summary>Returns the version to validate against.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static VersionWord BeginRead(Group* group)
    {
        SchedulePoint.Before("reader: version");

        // [E4] acquire: pairs with the release in EndWrite and in Unlock. [E6] acquire: pairs with the release in
        // MarkMoved. [E7] acquire: pairs with the release in AddToFilter.
        return new VersionWord(Volatile.Read(ref group->Version));
    }

    /// <summary>Reads the control word. Must follow <see cref="BeginRead"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static ulong ReadControl(Group* group)
    {
        SchedulePoint.Before("reader: control");

        // [E7] acquire: pairs with the release in SetControl.
        return Volatile.Read(ref group->Control);
    }

    /// <summary>Returns whether all slots copied since <see cref="BeginRead"/> belong to one version.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static bool Validate(Group* group, VersionWord version)
    {
        // [E3] acquire fence: the copies complete before the version is read again; pairs with BeginWrite.
        Volatile.ReadBarrier();
        SchedulePoint.Before("reader: version again");

        // [E5] acquire: this read completes before the generation is read again. Otherwise the zeroed version of a
        // retired table would match an opening version of zero; pairs with ViewGeneration.BeginChange.
        return Volatile.Read(ref group->Version) == version.Word;
    }

    /// <summary>Returns whether the record that the copied slot named was still its record after it was
    /// read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static bool ValidateRecord(Group* group, VersionWord version)
    {
        // [E16] acquire fence: the bytes of the record are read before the version, and that before the generation
        // ([E5]); pairs with the release of records.
        Volatile.ReadBarrier();
        SchedulePoint.Before("reader: version after the record");
        return Volatile.Read(ref group->Version) == version.Word;
    }

    /// <summary>Makes the version odd. The caller owns the shard's lock.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m
    public static void BeginWrite(Group* group)
    {
        VersionWord version = AwaitUnlocked(group);
        SchedulePoint.Before("writer: version odd");
        group->Version = version.BeginWrite().Word;

        // [E3] release fence: no slot changes before the version is odd; pairs with Validate.
        Volatile.WriteBarrier();
        SchedulePoint.Before("writer: slots");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static void EndWrite(Group* group)
    {
        SchedulePoint.Before("writer: version even");

        // [E4] release: the slots and the control word come first; pairs with the acquire in BeginRead.
        Volatile.Write(ref group->Version, new VersionWord(group->Version).EndWrite().Word);
    }

    public static void SetControl(Group* group, ulong control)
    {
        SchedulePoint.Before("writer: control");

        // [E7] release: counts are raised before the entry is published, and lowered after it was removed; pairs with
        // the acquire in ReadControl.
        Volatile.Write(ref group->Control, control);
    }

    /// <summary>Adds the hash of an entry that is about to pass the group to its overflow filter. The caller owns the
    /// shard's lock.</summary>
    public static void AddToFilter(Group* group, ulong hash)
    {
        VersionWord version = AwaitUnlocked(group);
        VersionWord next = version.PassedBy(hash);
        if (next != version)
        {
            SchedulePoint.Before("writer: filter");

            // [E7] release: the bit is set before the entry is published; pairs with the acquire in BeginRead.
            Volatile.Write(ref group->Version, next.Word);
        }
    }

    /// <summary>Clears the overflow filter of a group that no entry has passed. The caller owns the shard's
    /// lock.</summary>
    public static void ClearFilter(Group* group)
    {
        VersionWord version = AwaitUnlocked(group);
        SchedulePoint.Before("writer: filter cleared");

        // [E7] release: the entry was erased before; pairs with the acquire in BeginRead.
        Volatile.Write(ref group->Version, version.WithoutFilter().Word);
    }

    /// <summary>Makes sure that no lookup ends at the sentinel of a disposed map.</summary>
    public static void SetDisposed(Group* sentinel)
    {
        SetControl(sentinel, ControlWord.Disposed);

        // [E7] release: before a view refers to the sentinel; pairs with the acquire in BeginRead.
        Volatile.Write(ref sentinel->Version, VersionWord.Disposed.Word);
    }

    /// <summary>Marks a group whose entries have been copied to the current table.</summary>
    public static void MarkMoved(Group* group)
    {
        VersionWord version = AwaitUnlocked(group);
        SchedulePoint.Before("writer: moved");

        // [E6] release: the copies come first; pairs with the acquire in BeginRead.
        Volatile.Write(ref group->Version, version.AfterMove().Word);
    }

    /// <summary>Tries to lock a group for the calling thread, without the shard's lock. Succeeds if the version is
    /// still the one that <see cref="BeginRead"/> returned. The caller must then check <see cref="IsLockedBy"/> and the
    /// shard's lock before it uses the group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static bool TryLock(Group* group, VersionWord version, ThreadState thread)
    {
        SchedulePoint.Before("group owner: lock");

        // [E11] release: a full fence between this store and the read of the shard's lock; pairs with ShardLock.Enter
        // and AwaitUnlocked.
        return Interlocked.CompareExchange(ref group->Version, LockedBy(thread), version.Word) == version.Word;
    }

    /// <summary>Returns whether the thread still has the group locked. An owner of the shard's lock may have missed the
    /// lock and overwritten the version.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static bool IsLockedBy(Group* group, ThreadState thread)
    {
        SchedulePoint.Before("group owner: version again");
        return Volatile.Read(ref group->Version) == LockedBy(thread);
    }

    /// <summary>Unlocks a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="version">The version before the group was locked.</param>
    /// <param name="changed">Whether the value was changed, so that readers that began before the change must
    /// retry.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static void Unlock(Group* group, VersionWord version, bool changed)
    {
        SchedulePoint.Before("group owner: unlock");

        // [E4] release: the value comes first; pairs with the acquire in BeginRead and in AwaitUnlocked.
        Volatile.Write(ref group->Version, changed ? version.AfterWrite().Word : version.Word);
    }

    /// <summary>Unlocks a group that must not be used. If an owner of the shard's lock has overwritten the version,
    /// that version stays.</summary>
    public static void AbandonLock(Group* group, VersionWord version, ThreadState thread)
    {
        SchedulePoint.Before("group owner: abandon");
        _ = Interlocked.CompareExchange(ref group->Version, version.Word, LockedBy(thread));
    }

    /// <summary>Waits until no thread has the group locked. The caller owns the shard's lock: a thread that locks the
    /// group later sees that lock and backs off.</summary>
    /// <returns>The version of the unlocked group.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m
    public static VersionWord AwaitUnlocked(Group* group)
    {
        VersionWord version = ReadOwned(group);
        return version.IsLocked ? SpinUntilUnlocked(group) : version;
    }

    /// <summary>Reads the version of a group, which may be locked. The caller owns the shard's lock: a thread that
    /// locks the group later sees that lock and backs off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: insert-growing-5m
    public static VersionWord ReadOwned(Group* group)
    {
        SchedulePoint.Before("writer: group owner");

        // [E11] acquire: after the shard's lock was taken. [E4] acquire: pairs with the release in Unlock.
        return new VersionWord(Volatile.Read(ref group->Version));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static VersionWord SpinUntilUnlocked(Group* group)
    {
        UninterruptibleSpin spin = default;
        VersionWord version;
        do
        {
            spin.Once();
            version = new VersionWord(Volatile.Read(ref group->Version)); // [E4] acquire: as above
        }
        while (version.IsLocked);
        spin.End();
        return version;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    private static ulong LockedBy(ThreadState thread) => VersionWord.LockedBy(thread.Id).Word;
}

/// <summary>Publishes changes of a table to lock-free readers.</summary>
internal readonly unsafe struct SeqLockGroups : IGroupSync
{
    public static void BeginWrite(Group* group) => GroupVersion.BeginWrite(group);

    public static void EndWrite(Group* group) => GroupVersion.EndWrite(group);

    public static void SetControl(Group* group, ulong control) => GroupVersion.SetControl(group, control);

    public static void AddToFilter(Group* group, ulong hash) => GroupVersion.AddToFilter(group, hash);

    public static void ClearFilter(Group* group) => GroupVersion.ClearFilter(group);
}
