using System.Numerics;
using System.Runtime.InteropServices;
using FastShardMap.Inspector.Entries;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Targets;
using FastShardMap.Layout;
using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Audits;

/// <summary>A ring of audited operations, read from raw memory. Nothing in it is used before it is checked.</summary>
internal sealed unsafe class NativeAuditRing
{
    private const string ManagedOwner = "FastShardMap.Auditing.AuditShard<";
    private const uint MaxCapacity = 1 << 20;
    private const uint MaxRecordBytes = 1 << 20;
    private readonly TargetMemory _memory;
    private readonly AuditRingHeader _header;

    private NativeAuditRing(TargetMemory memory, ulong address, in AuditRingHeader header)
    {
        _memory = memory;
        Address = address;
        _header = header;
    }

    public ulong Address { get; }

    public int Shard => (int)_header.ShardIndex;

    /// <summary>Operations recorded since the audit began.</summary>
    public ulong Recorded => _header.Recorded;

    /// <summary>
    /// The rings of one map, by shard. They are searched in writable memory, or, if the target has no list of writable
    /// memory, on the managed heap.
    /// </summary>
    public static List<NativeAuditRing> Find(Target target, NativeMap map)
    {
        IEnumerable<ulong> addresses = target.Memory.WritableRegions().Any()
            ? MemoryScan.Find(target.Memory, AuditRingHeader.ExpectedMagic)
            : FromHeap(target);
        return Find(map, addresses);
    }

    /// <summary>The rings of one map, among addresses that may be rings.</summary>
    public static List<NativeAuditRing> Find(NativeMap map, IEnumerable<ulong> addresses) =>
        [.. addresses
            .Distinct()
            .Select(address => TryRead(map, address))
            .OfType<NativeAuditRing>()
            .OrderBy(ring => ring.Shard)];

    /// <summary>The addresses of rings according to the managed heap.</summary>
    public static IEnumerable<ulong> FromHeap(Target target)
    {
        foreach (ClrObject owner in MapFinder.ObjectsOf(target, ManagedOwner))
        {
            if (owner.TryReadValueTypeField("_ring", out ClrValueType ring)
                && ring.ReadField<ulong>("_header") is ulong address and not 0)
            {
                yield return address;
            }
        }
    }

    /// <summary>
    /// The operations in the ring, oldest first. The oldest one of a full ring is left out, because it may be half
    /// overwritten.
    /// </summary>
    /// <param name="keys">Decodes the keys.</param>
    /// <param name="unreadable">The number of records that cannot be read.</param>
    public List<AuditedOperation> Read(FieldDecoder keys, out long unreadable)
    {
        ulong kept = Math.Min(_header.Recorded, _header.Capacity - 1);
        List<AuditedOperation> operations = new((int)kept);
        byte[] record = new byte[_header.RecordBytes];
        unreadable = 0;
        for (ulong number = _header.Recorded - kept; number < _header.Recorded; number++)
        {
            ulong place = number & (_header.Capacity - 1);
            if (!_memory.TryRead(Address + AuditRingHeader.Bytes + (place * _header.RecordBytes), record))
            {
                unreadable++;
                continue;
            }

            AuditRecord<byte> head = MemoryMarshal.Read<AuditRecord<byte>>(record);
            operations.Add(new AuditedOperation(
                TimeOf(head.Timestamp),
                head.Timestamp,
                head.ThreadId,
                Enum.IsDefined((AuditOperation)head.Operation)
                    ? ((AuditOperation)head.Operation).ToString()
                    : $"{head.Operation}?",
                Shard,
                keys.Decode(record.AsSpan((int)_header.KeyOffset))));
        }

        return operations;
    }

    /// <summary>Decodes the keys in the rings of a map.</summary>
    public static FieldDecoder KeysOf(Target target, NativeMap map) => map.HasRecords
        ? new ExcerptDecoder(map)
        : FieldDecoder.For(map.KeyType, map.KeyBytes, target.Runtime);

    private static int KeptBytes(NativeMap map) => map.HasRecords ? sizeof(KeyExcerpt) : map.KeyBytes;

    private static NativeAuditRing? TryRead(NativeMap map, ulong address)
    {
        bool isRing = map.Memory.TryRead(address, out AuditRingHeader header)
            && header.Magic == AuditRingHeader.ExpectedMagic
            && (ulong)header.Map == map.Address
            && header.ShardIndex < (uint)map.ShardCount
            && BitOperations.IsPow2(header.Capacity) && header.Capacity <= MaxCapacity
            && header.KeyOffset >= sizeof(AuditRecord<byte>) - sizeof(ulong)
            && (ulong)header.KeyOffset + (uint)KeptBytes(map) <= header.RecordBytes
            && header.RecordBytes is >= 24 and <= MaxRecordBytes
            && header.TicksPerSecond > 0;
        return isRing ? new NativeAuditRing(map.Memory, address, header) : null;
    }

    // Damaged words must not throw, so times outside the calendar become its first or last moment.
    private DateTime TimeOf(long timestamp)
    {
        Int128 ticks = ((Int128)timestamp - _header.AnchorTimestamp) * TimeSpan.TicksPerSecond / _header.TicksPerSecond;
        return new DateTime(
            (long)Int128.Clamp(ticks + _header.AnchorTicks, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc);
    }
}
