using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Auditing;

/// <summary>A ring with the last operations of one shard, in unmanaged memory, so that they can be read from a dump
/// (native-layout-docs/audit-ring.md). It is written and read under the lock of its shard of the audit.</summary>
internal readonly unsafe struct AuditRing<TKey>
    where TKey : unmanaged, IEquatable<TKey>
{
    private readonly AuditRingHeader* _header;

    // The anchor is a timestamp and its time. All rings of an audit share it, so that their times are comparable.
    public AuditRing(
        Arena arena,
        int operations,
        MapHeader* map,
        int shard,
        long ticksPerSecond,
        (long Timestamp, DateTimeOffset Time) anchor)
    {
        AuditRecord<TKey> record = default;
        uint capacity = System.Numerics.BitOperations.RoundUpToPowerOf2((uint)operations);
        _header = (AuditRingHeader*)arena.Allocate(BytesOf(capacity));
        _header->RecordBytes = (uint)sizeof(AuditRecord<TKey>);
        _header->KeyOffset = (uint)((byte*)&record.Key - (byte*)&record);
        _header->Capacity = capacity;
        _header->ShardIndex = (uint)shard;
        _header->Map = map;
        _header->TicksPerSecond = ticksPerSecond;
        _header->AnchorTimestamp = anchor.Timestamp;
        _header->AnchorTicks = anchor.Time.UtcTicks;

        // The magic is written last, so that a tool that finds it finds a complete header.
        Volatile.Write(ref _header->Magic, AuditRingHeader.ExpectedMagic);
    }

    public AuditRingHeader* Header => _header;

    private AuditRecord<TKey>* Records => (AuditRecord<TKey>*)((byte*)_header + AuditRingHeader.Bytes);

    public void Add(in AuditEvent<TKey> auditEvent)
    {
        AuditRecord<TKey>* record = Records + (_header->Recorded & (_header->Capacity - 1));
        record->Timestamp = auditEvent.Timestamp;
        record->ThreadId = auditEvent.ThreadId;
        record->Operation = (int)auditEvent.Operation;
        record->Key = auditEvent.Key;

        // The count is raised after the record is complete. A dump taken between the two shows the old count.
        Volatile.Write(ref _header->Recorded, _header->Recorded + 1);
    }

    /// <summary>Returns the memory to the arena. Nothing may be added or copied after that.</summary>
    public void Retire(Arena arena) => arena.Retire((byte*)_header, BytesOf(_header->Capacity));

    public void CopyTo(List<AuditEvent<TKey>> events)
    {
        ulong recorded = _header->Recorded;
        ulong kept = Math.Min(recorded, _header->Capacity);
        for (ulong number = recorded - kept; number < recorded; number++)
        {
            AuditRecord<TKey> record = Records[number & (_header->Capacity - 1)];
            events.Add(new AuditEvent<TKey>(
                record.Timestamp, record.Key, record.ThreadId, (AuditOperation)record.Operation));
        }
    }

    private static nuint BytesOf(uint capacity) =>
        (nuint)(AuditRingHeader.Bytes + ((long)capacity * sizeof(AuditRecord<TKey>)));
}
