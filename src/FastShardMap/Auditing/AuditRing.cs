using FastShardMap.Memory;

namespace FastShardMap.Auditing;

/// <summary>
/// The last operations of one shard, in unmanaged memory, so that they can be read from a dump.
/// <code>
/// 0     u64 magic "FSAUDIT1"     16  u32 capacity, a power of two     24  u64 operations recorded so far
/// 8     u32 bytes of a record    20  u32 offset of the key in a record
/// 64    records; number n is in place n mod capacity: i64 timestamp, i32 thread, i32 operation, key
/// </code>
/// Written and read under the lock of its shard of the audit.
/// </summary>
internal readonly unsafe struct AuditRing<TKey>
    where TKey : unmanaged, IEquatable<TKey>
{
    public const ulong ExpectedMagic = 0x3154494455415346;
    private const int HeaderBytes = 64;

    /// <summary>16 bytes come before the key, and no type is aligned to more.</summary>
    private const uint KeyOffset = 16;

    private readonly Header* _header;

    public AuditRing(Arena arena, int capacity)
    {
        _header = (Header*)arena.Allocate((nuint)(HeaderBytes + ((long)capacity * sizeof(AuditRecord))));
        _header->RecordBytes = (uint)sizeof(AuditRecord);
        _header->Capacity = (uint)capacity;
        _header->KeyOffset = KeyOffset;
        _header->Magic = ExpectedMagic;
    }

    /// <summary>Operations recorded so far.</summary>
    public ulong Recorded => _header->Recorded;

    private AuditRecord* Records => (AuditRecord*)((byte*)_header + HeaderBytes);

    public void Add(in AuditEvent<TKey> auditEvent)
    {
        AuditRecord* record = Records + (_header->Recorded & (_header->Capacity - 1));
        record->Timestamp = auditEvent.Timestamp;
        record->ThreadId = auditEvent.ThreadId;
        record->Operation = (int)auditEvent.Operation;
        record->Key = auditEvent.Key;
        _header->Recorded++;
    }

    public void CopyTo(List<AuditEvent<TKey>> events)
    {
        ulong recorded = _header->Recorded;
        ulong kept = Math.Min(recorded, _header->Capacity);
        for (ulong number = recorded - kept; number < recorded; number++)
        {
            AuditRecord record = Records[number & (_header->Capacity - 1)];
            events.Add(new AuditEvent<TKey>(record.Timestamp, record.Key, record.ThreadId, (AuditOperation)record.Operation));
        }
    }

#pragma warning disable CS0649 // padding
    private struct Header
    {
        public ulong Magic;
        public uint RecordBytes;
        public uint Reserved;
        public uint Capacity;
        public uint KeyOffset;
        public ulong Recorded;
    }
#pragma warning restore CS0649

    private struct AuditRecord
    {
        public long Timestamp;
        public int ThreadId;
        public int Operation;
        public TKey Key;
    }
}
