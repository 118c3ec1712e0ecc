using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastShardMap.Layout;
using FastShardMap.Probing;
using FastShardMap.Records;
using FastShardMap.Tables;

namespace FastShardMap.Sharding;

// LOOKUPS OF VALUES OF ANY LENGTH follow the address of a record as lookups of long keys do (Shard.Records.cs): only
// after version and generation have confirmed the copy of the slot. The bytes of the value are copied to the caller's
// memory between these checks and the second ones, which confirm the bytes ([E16]). Before that, the caller's memory
// may have any content, but never more bytes of it are written than the confirmed slot and the caller allow.
internal readonly unsafe ref partial struct Shard<TKey, TValue, THasher>
{
    /// <summary>Values from this length on take the lock after <see cref="MaxLongReadAttempts"/>: each attempt costs a
    /// copy of the whole value.</summary>
    private const int LongValueBytes = 4096;

    private const int MaxLongReadAttempts = 2;

    /// <summary>Reads a value of any length from both tables: optimistically for several attempts, then under the
    /// lock.</summary>
    /// <param name="key">The key.</param>
    /// <param name="hash">The hash of the key.</param>
    /// <param name="copy">Receives the bytes.</param>
    /// <param name="value">Receives the value of the slot.</param>
    /// <returns>Whether the key is present.</returns>
    public bool TryReadBlob(TKey key, ulong hash, ref BlobCopy copy, out TValue value) =>
        TryReadBlob(key, hash, ref copy, out value, out _);

    /// <inheritdoc cref="TryReadBlob(TKey, ulong, ref BlobCopy, out TValue)"/>
    /// <param name="key">The key.</param>
    /// <param name="hash">The hash of the key.</param>
    /// <param name="copy">Receives the bytes.</param>
    /// <param name="value">Receives the value of the slot.</param>
    /// <param name="place">Receives where in its slot the value was; null if it was read under the lock.</param>
    public bool TryReadBlob(TKey key, ulong hash, ref BlobCopy copy, out TValue value, out TValue* place)
    {
        ReadView* view = View;
        for (int attempt = 0; attempt < MaxReadAttempts; attempt++)
        {
            copy.Clear();
            GenerationWord generation = ViewGeneration.BeginRead(view);
            if (!generation.IsBusy)
            {
                ProbeResult result = ProbeResult.Miss;
                value = default;
                place = null;
                if (generation.IsMigrating)
                {
                    SchedulePoint.BeforeRead(&view->Previous, sizeof(TableRef), "reader: previous");
                    TableRef previous = view->Previous;
                    result = previous.IsNone
                        ? ProbeResult.Conflict
                        : ProbeBlobs(generation, previous, hash, key, ref copy, out value, out place);
                }

                if (result == ProbeResult.Miss)
                {
                    SchedulePoint.BeforeRead(&view->Current, sizeof(TableRef), "reader: current");
                    result = ProbeBlobs(generation, view->Current, hash, key, ref copy, out value, out place);
                }

                if (result != ProbeResult.Conflict && ViewGeneration.Validate(view, generation))
                {
                    if (result == ProbeResult.Miss)
                    {
                        _map.ThrowIfDisposed();
                    }

                    return result == ProbeResult.Hit;
                }
            }
            else if (Side->IsExclusive != 0)
            {
                break;
            }

            if (ShardEvents.CountsReadRetries)
            {
                Interlocked.Increment(ref _map.Header->ReadRetries);
            }

            if (attempt + 1 >= MaxLongReadAttempts && copy.IsLong(LongValueBytes))
            {
                break;
            }

            Thread.SpinWait(1 + attempt);
        }

        place = null;
        return TryReadBlobLocked(key, hash, ref copy, out value);
    }

    private ProbeResult ProbeBlobs(
        GenerationWord generation,
        TableRef table,
        ulong hash,
        TKey key,
        ref BlobCopy bytes,
        out TValue value,
        out TValue* place)
    {
        for (ProbeSequence probe = new(table, hash, Stride); !probe.IsOver; probe.Advance())
        {
            ProbeResult result = ProbeBlobGroup(generation, probe.Group, hash, key, ref bytes, out value, out place);
            if (result != ProbeResult.Passed)
            {
                return result;
            }
        }

        value = default;
        place = null;
        return ProbeResult.Miss;
    }

    // Safety: the group lies in a block that stays mapped while the map lives, whatever has become of its table.
    private ProbeResult ProbeBlobGroup(
        GenerationWord generation,
        Group* group,
        ulong hash,
        TKey key,
        ref BlobCopy bytes,
        out TValue value,
        out TValue* place)
    {
        value = default;
        place = null;
        VersionWord version = GroupVersion.BeginRead(group);
        ulong match = Table<TKey, TValue>.MatchUnlocked(GroupVersion.ReadControl(group), HashBits.Tag(hash));
        if (!version.IsStable)
        {
            if (version.IsWritten)
            {
                return ProbeResult.Conflict;
            }

            match = 0;
        }

        for (; match != 0; match = ControlGroups.ClearLowest(match))
        {
            byte* slot = SlotAt(group, match);
            SchedulePoint.BeforeRead(slot, sizeof(TKey), "reader: key");
            TKey candidate = *(TKey*)slot;
            place = (TValue*)(slot + GroupShape<TKey, TValue>.ValueOffset);
            SchedulePoint.BeforeRead(place, sizeof(TValue), "reader: value");
            value = *place;
            if (!GroupVersion.Validate(group, version) || !MayFollow(View, generation, candidate))
            {
                return ProbeResult.Conflict;
            }

            bool isEqual = key.Equals(candidate);
            if (isEqual)
            {
                BeforeBytes(value);
                bytes.Take(BlobStore<TKey, TValue>.BlobOf(value));
            }

            if (!GroupVersion.ValidateRecord(group, version)
                || !ViewGeneration.ValidateAfterVersion(View, generation))
            {
                return ProbeResult.Conflict;
            }

            if (isEqual)
            {
                return ProbeResult.Hit;
            }
        }

        // A miss needs no validation: see ProbeGroup.
        value = default;
        return version.MayBePassedBy(hash) ? ProbeResult.Passed : ProbeResult.Miss;
    }

    [Conditional("FASTSHARDMAP_SCHEDULED")]
    private static void BeforeBytes(TValue value)
    {
        BlobRef blob = BlobStore<TKey, TValue>.BlobOf(value);
        if (blob.Length != 0)
        {
            SchedulePoint.BeforeRead(blob.Address, (int)blob.Length, "reader: bytes of the value");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadBlobLocked(in TKey key, ulong hash, ref BlobCopy copy, out TValue value)
    {
        copy.Clear();
        ThreadState thread = ThreadState.Current;
        thread.ReserveCallback();
        if (ShardLock.IsOwnedBy(Side, thread))
        {
            using LockedShard<TKey, TValue, THasher> owned =
                LockedShard<TKey, TValue, THasher>.OwnedAlready(this, thread, guarded: true);
            return owned.TryReadBlob(hash, key, ref copy, out value);
        }

        ShardLock.ThrowIfExclusive(Side, thread, "read");
        using LockedShard<TKey, TValue, THasher> locked = Enter(thread, guarded: true);
        Side->ReadFallbacks++;
        ShardEvents.Listener?.ReadFallback(Side, thread.Id);
        return locked.TryReadBlob(hash, key, ref copy, out value);
    }
}
