using System.Runtime.CompilerServices;
using FastShardMap.Caching;
using FastShardMap.Layout;
using FastShardMap.Probing;
using FastShardMap.Sharding;
using FastShardMap.Tables;

namespace FastShardMap;

public unsafe partial class ShardCache<TKey, TValue, THasher>
{
    /// <summary>Optimistic attempts before a read takes the lock.</summary>
    private const int MaxReadAttempts = SchedulePoint.IsScheduled ? 3 : 32;

    private static int Stride => GroupShape<TKey, CacheEntry<TValue>>.StrideBytes;

    /// <summary>Gets the value of a key, and marks its entry as used.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, never torn; default if the key is absent.</param>
    /// <returns>Whether the key is present and its entry has not expired.</returns>
    /// <remarks>Lock-free unless writers interfere with 32 attempts in a row. Allocates nothing. May be called from
    /// callbacks. A value of more than 32 bytes is copied straight to <paramref name="value"/>: if other threads can
    /// see that variable, they may see it torn until this method returns.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public bool TryGetValue(TKey key, out TValue value)
    {
        if (_readsInOneStep && TryReadHome(key, marks: true, out value, out _, out bool found))
        {
            GC.KeepAlive(this);
            return found;
        }

        if (sizeof(TValue) > WideValue.MaxRegisterBytes)
        {
            return TryGetValueElsewhere(key, out value);
        }

        // Through a variable of its own, as ShardMap.TryGetValue explains.
        bool isPresent = TryGetValueElsewhere(key, out TValue copy);
        value = copy;
        return isPresent;
    }

    /// <summary>Gets the value of a key and the time until its entry expires, and marks the entry as used.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, never torn; default if the key is absent.</param>
    /// <param name="remaining">The time until the entry expires; <see cref="Timeout.InfiniteTimeSpan"/> if it never
    /// does, and zero if the key is absent.</param>
    /// <returns>Whether the key is present and its entry has not expired.</returns>
    /// <remarks>As for <see cref="TryGetValue(TKey, out TValue)"/>. A program can refresh an entry before it expires,
    /// if little of its time is left.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public bool TryGetValue(TKey key, out TValue value, out TimeSpan remaining)
    {
        bool found = TryReadAnywhere(key, marks: true, out value, out uint expiry);
        _requests?.CountRead(found);
        remaining = RemainingOf(found, expiry);
        GC.KeepAlive(this);
        return found;
    }

    /// <summary>Gets the value of a key without marking its entry, so that the call does not make the entry stay
    /// longer. The call is not counted.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, never torn; default if the key is absent.</param>
    /// <returns>Whether the key is present and its entry has not expired.</returns>
    /// <remarks>As for <see cref="TryGetValue(TKey, out TValue)"/>.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public bool TryPeek(TKey key, out TValue value)
    {
        if (_readsInOneStep && TryReadHome(key, marks: false, out value, out _, out bool found))
        {
            GC.KeepAlive(this);
            return found;
        }

        if (sizeof(TValue) > WideValue.MaxRegisterBytes)
        {
            return TryPeekElsewhere(key, out value);
        }

        bool isPresent = TryPeekElsewhere(key, out TValue copy);
        value = copy;
        return isPresent;
    }

    /// <summary>Returns whether a key is present, without marking its entry.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether the key is present and its entry has not expired.</returns>
    /// <remarks>As for <see cref="TryPeek"/>.</remarks>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public bool ContainsKey(TKey key) => TryPeek(key, out _);

    /// <summary>Raises the mark of an entry that was hit. The store is the last step of a lookup and is not ordered: if
    /// another entry has taken the slot in the meantime, that one gets the mark.</summary>
    // Safety: the slot stays part of the same table until the cache is disposed, and mapped until it is finalized
    // (hazard H28).
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static void Mark(CacheEntry<TValue>* entry)
    {
        SchedulePoint.BeforeRead(&entry->Mark, sizeof(byte), "reader: mark");
        byte mark = entry->Mark;
        if (mark < CacheEntry<TValue>.MaxMark)
        {
            SchedulePoint.Before("reader: mark raised");
            entry->Mark = (byte)(mark + 1);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryGetValueElsewhere(TKey key, out TValue value)
    {
        if (!_readsInOneStep || !TryReadPath(key, marks: true, out value, out bool found))
        {
            found = TryReadAnywhere(key, marks: true, out value, out _);
            _requests?.CountRead(found);
        }

        GC.KeepAlive(this);
        return found;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryPeekElsewhere(TKey key, out TValue value)
    {
        if (!_readsInOneStep || !TryReadPath(key, marks: false, out value, out bool found))
        {
            found = TryReadAnywhere(key, marks: false, out value, out _);
        }

        GC.KeepAlive(this);
        return found;
    }

    /// <summary>Returns the time that an entry has left; zero if none was found.</summary>
    internal TimeSpan RemainingOf(bool found, uint expiry) =>
        found ? ExpiryTick.Remaining(expiry, _clock.Now) : TimeSpan.Zero;

    private bool IsAlive(uint expiry) => expiry == 0 || !ExpiryTick.HasPassed(expiry, _clock.Now);

    /// <summary>Searches the home group of a key for the first equal tag only, as a map's lookup does
    /// (<see cref="Shard{TKey, TValue, THasher}.TryReadHome"/>), and marks the entry. The time is that of the clock of
    /// the process.</summary>
    /// <returns>Whether the lookup is answered.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private bool TryReadHome(TKey key, bool marks, out TValue value, out uint expiry, out bool found)
    {
        // NeedsNoKeepAlive: every caller does it.
        Shard<TKey, CacheEntry<TValue>, THasher> shard = _shards.ShardFor(key, out ulong hash);
        ReadView* view = shard.View;
        GenerationWord generation = ViewGeneration.BeginRead(view);
        TableRef table = ViewGeneration.ReadSettled(view);
        Group* group;
        if (!table.IsFractional)
        {
            group = (Group*)table.PowerOfTwoHomeGroup(hash, Stride);
        }
        else if (!table.IsUnsettled)
        {
            group = (Group*)table.FractionalHomeGroup(hash, Stride);
        }
        else
        {
            goto Unanswered;
        }

        VersionWord version = GroupVersion.BeginRead(group);
        if (!version.IsStable)
        {
            goto Unanswered;
        }

        ulong match = Table<TKey, CacheEntry<TValue>>.MatchUnlocked(
            GroupVersion.ReadControl(group), HashBits.Tag(hash));
        if (Sse2ControlGroup.IsSupported ? (uint)match != 0 : match != 0) // spares x64 the extension to 64 bits
        {
            // Copy first, then validate the version, and only then look at the key (hazard H5).
            byte* slot = (byte*)group + GroupShape.HeaderBytes
                + ControlGroups.LowestSlotOffset(match, GroupShape<TKey, CacheEntry<TValue>>.SlotBytes);
            SchedulePoint.BeforeRead(slot, sizeof(TKey), "reader: key");
            TKey candidate = *(TKey*)slot;
            CacheEntry<TValue>* entry =
                (CacheEntry<TValue>*)(slot + GroupShape<TKey, CacheEntry<TValue>>.ValueOffset);
            Unsafe.SkipInit(out value);
            Unsafe.SkipInit(out TValue copy);
            SchedulePoint.BeforeRead(entry, sizeof(CacheEntry<TValue>), "reader: value");
            expiry = entry->Expiry;
            if (sizeof(TValue) > WideValue.MaxRegisterBytes)
            {
                WideValue.Copy((byte*)&entry->Value, out value);
            }
            else
            {
                copy = entry->Value;
            }

            if (GroupVersion.Validate(group, version)
                && key.Equals(candidate)
                && ViewGeneration.ValidateAfterVersion(view, generation))
            {
                if (expiry != 0 && ExpiryTick.HasPassed(expiry, CoarseTick.Now))
                {
                    value = default;
                    found = false;
                    return true;
                }

                if (marks)
                {
                    Mark(entry);
                }

                if (sizeof(TValue) <= WideValue.MaxRegisterBytes)
                {
                    value = copy;
                }

                found = true;
                return true;
            }
        }
        else if (!version.MayBePassedBy(hash) && ViewGeneration.Validate(view, generation))
        {
            value = default;
            expiry = 0;
            found = false;
            return true;
        }

    Unanswered:
        Unsafe.SkipInit(out value);
        expiry = 0;
        found = false;
        return false;
    }

    /// <summary>Searches all groups on the path of a key: optimistically for several attempts, then under the
    /// lock.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadAnywhere(TKey key, bool marks, out TValue value, out uint expiry)
    {
        // NeedsNoKeepAlive: every caller does it.
        ulong hash = _shards.Hash(key);
        Shard<TKey, CacheEntry<TValue>, THasher> shard = _shards.ShardFor(hash);
        ReadView* view = shard.View;
        for (int attempt = 0; attempt < MaxReadAttempts; attempt++)
        {
            GenerationWord generation = ViewGeneration.BeginRead(view);
            TableRef table = ViewGeneration.ReadSettled(view);
            if (!table.IsUnsettled)
            {
                ProbeResult result =
                    Probe(table, hash, key, out CacheEntry<TValue> copy, out CacheEntry<TValue>* entry);
                if (result != ProbeResult.Conflict && ViewGeneration.Validate(view, generation))
                {
                    bool found = result == ProbeResult.Hit && IsAlive(copy.Expiry);
                    if (found && marks)
                    {
                        Mark(entry);
                    }
                    else if (result == ProbeResult.Miss)
                    {
                        _shards.ThrowIfDisposed();
                    }

                    value = found ? copy.Value : default;
                    expiry = found ? copy.Expiry : 0;
                    return found;
                }
            }

            if (ShardEvents.CountsReadRetries)
            {
                Interlocked.Increment(ref _shards.Header->ReadRetries);
            }

            Thread.SpinWait(1 + attempt);
        }

        // Not marked: the lock would have to be kept until the mark is stored.
        bool isPresent = shard.TryRead(key, hash, out CacheEntry<TValue> read) && IsAlive(read.Expiry);
        value = isPresent ? read.Value : default;
        expiry = isPresent ? read.Expiry : 0;
        return isPresent;
    }

    private static TKey ReadKey(Group* group, int slot)
    {
        TKey* place = Table<TKey, CacheEntry<TValue>>.KeyAt(group, slot);
        SchedulePoint.BeforeRead(place, sizeof(TKey), "reader: key");
        return *place;
    }

    /// <summary>Searches a table for a key, without a lock.</summary>
    // Safety: the table lies in a block that stays mapped while the cache lives.
    private static ProbeResult Probe(
        TableRef table, ulong hash, in TKey key, out CacheEntry<TValue> copy, out CacheEntry<TValue>* entry)
    {
        uint tag = HashBits.Tag(hash);
        copy = default;
        entry = null;
        for (ProbeSequence probe = new(table, hash, Stride); !probe.IsOver; probe.Advance())
        {
            Group* group = probe.Group;
            VersionWord version = GroupVersion.BeginRead(group);
            ulong control = GroupVersion.ReadControl(group);
            if (!version.IsStable)
            {
                return ProbeResult.Conflict;
            }

            for (ulong match = Table<TKey, CacheEntry<TValue>>.MatchUnlocked(control, tag);
                match != 0;
                match = ControlGroups.ClearLowest(match))
            {
                int slot = ControlGroups.LowestSlot(match);
                TKey candidate = ReadKey(group, slot);
                entry = Table<TKey, CacheEntry<TValue>>.ValueAt(group, slot);
                SchedulePoint.BeforeRead(entry, sizeof(CacheEntry<TValue>), "reader: value");
                copy = *entry;
                if (!GroupVersion.Validate(group, version))
                {
                    return ProbeResult.Conflict;
                }

                if (key.Equals(candidate))
                {
                    return ProbeResult.Hit;
                }
            }

            if (!version.MayBePassedBy(hash))
            {
                return ProbeResult.Miss;
            }
        }

        return ProbeResult.Miss;
    }
}
