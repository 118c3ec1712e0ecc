using System.Runtime.Intrinsics;
using System.Text;
using FastShardMap.Auditing;
using FastShardMap.Inspector.Audits;
using FastShardMap.Inspector.Entries;
using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Records;

namespace FastShardMap.Inspector.Tests.Audits;

/// <summary>Rings of this process, copied as a dump would hold them.</summary>
public sealed unsafe class NativeAuditRingTests
{
    private const int Capacity = 8;
    private static readonly int s_threadOffset = sizeof(long);

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(21)]
    public void Read_AnyNumberOfOperations_GivesTheLastOfThem(int operations)
    {
        using ShardMap<long, long> map = new(new ShardMapOptions { ShardCount = 4 });
        (NativeMap native, SnapshotMemory memory, ulong address) = Record(map, operations, number => (long)number * 10);

        NativeAuditRing ring = Assert.Single(
            NativeAuditRing.Find(native, MemoryScan.Find(memory, AuditRingHeader.ExpectedMagic)));
        List<AuditedOperation> read = ring.Read(
            FieldDecoder.For(native.KeyType, native.KeyBytes, runtime: null), out long unreadable);

        Assert.Equal((address, 2, (ulong)operations, 0L), (ring.Address, ring.Shard, ring.Recorded, unreadable));
        int kept = Math.Min(operations, Capacity - 1);
        Assert.Equal(
            Enumerable.Range(operations - kept, kept).Select(number => new AuditedOperation(
                DateTime.UnixEpoch.AddSeconds(number),
                number * 1000,
                number + 100,
                ((AuditOperation)(number % 6)).ToString(),
                2,
                (long)number * 10)),
            read);
    }

    [Fact]
    public void Read_KeyOfTheLargestAlignment_IsWhereTheHeaderSays()
    {
        using ShardMap<Vector256<long>, byte> map = new();
        (NativeMap native, SnapshotMemory memory, ulong address) = Record(
            map, 3, number => Vector256.Create((long)number));
        NativeAuditRing ring = Assert.Single(NativeAuditRing.Find(native, [address]));

        Assert.Equal(0ul, memory.Get<AuditRingHeader>(address).KeyOffset % (uint)Math.Min(16, native.KeyBytes));
        Assert.Equal(
            Enumerable.Range(0, 3).Select(number => string.Concat(Enumerable.Repeat($"{number:x2}00000000000000", 4))),
            ring
                .Read(FieldDecoder.For("no type of this name", native.KeyBytes, runtime: null), out _)
                .Select(operation => operation.Key));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Read_KeysOfAnyLength_AreShownAndFoundByTheWholeKey(bool isText)
    {
        string[] keys = ["short", new('k', 36), new('k', 37), $"{new string('l', 100)}1", $"{new string('l', 100)}2"];
        using TextShardMap<long> text = new(new ShardMapOptions { ShardCount = 4 });
        using BytesShardMap<long> bytes = new(new ShardMapOptions { ShardCount = 4 });
        ShardMap<RecordKey, long, RecordKeyHasher> map = isText ? text.Inner : bytes.Inner;
        (NativeMap native, SnapshotMemory memory, ulong address) = Record(
            map, keys.Length, number => Kept(map, keys[number]));
        NativeAuditRing ring = Assert.Single(NativeAuditRing.Find(native, [address]));
        ExcerptDecoder decoder = new(native);
        List<AuditedOperation> read = ring.Read(decoder, out _);

        Assert.Equal(
            keys.Select(key => Shown(isText, key)),
            read.Select(static operation => FieldDecoder.Text(operation.Key)));
        for (int index = 0; index < keys.Length; index++)
        {
            string wanted = isText ? keys[index] : Convert.ToHexStringLower(Encoding.UTF8.GetBytes(keys[index]));
            Comparison comparison = Comparison.OfKey(wanted, decoder);
            Assert.Equal(
                [keys[index]],
                keys.Where((_, other) => comparison.Holds(read[other].Key, read[other].Key)));
        }

        // A length that no key has, and a header whose records have no room for an excerpt.
        memory.Set(address + AuditRingHeader.Bytes + 24, ushort.MaxValue);
        Assert.EndsWith("…", FieldDecoder.Text(ring.Read(decoder, out _)[0].Key), StringComparison.Ordinal);
        memory.Set(address, memory.Get<AuditRingHeader>(address) with { RecordBytes = 56 });
        Assert.Empty(NativeAuditRing.Find(native, [address]));
    }

    [Fact]
    public void Find_HeaderThatContradictsItself_IsNoRing()
    {
        using ShardMap<long, long> map = new(new ShardMapOptions { ShardCount = 4 });
        (NativeMap native, SnapshotMemory memory, ulong address) = Record(map, 3, number => (long)number);
        AuditRingHeader sound = memory.Get<AuditRingHeader>(address);
        AuditRingHeader[] damaged =
        [
            sound with { Magic = sound.Magic ^ 1 },
            sound with { Map = sound.Map + 1 },
            sound with { ShardIndex = 4 },
            sound with { Capacity = 7 },
            sound with { Capacity = 1u << 31 },
            sound with { Capacity = 0 },
            sound with { KeyOffset = 8 },
            sound with { KeyOffset = uint.MaxValue },
            sound with { RecordBytes = 16 },
            sound with { RecordBytes = uint.MaxValue },
            sound with { TicksPerSecond = 0 },
        ];

        Assert.Single(NativeAuditRing.Find(native, [address, address]));
        Assert.Empty(NativeAuditRing.Find(native, [address + 128, 1]));
        foreach (AuditRingHeader header in damaged)
        {
            memory.Set(address, header);
            Assert.Empty(NativeAuditRing.Find(native, [address]));
        }
    }

    [Fact]
    public void Read_DamagedRecords_NeverThrows()
    {
        using ShardMap<long, long> map = new(new ShardMapOptions { ShardCount = 4 });
        (NativeMap native, SnapshotMemory memory, ulong address) = Record(map, 3, number => (long)number);
        ulong record = address + AuditRingHeader.Bytes;
        memory.Set(record, long.MinValue);
        memory.Set(record + (ulong)s_threadOffset + sizeof(int), 77);
        memory.Set(address + 32 + 8, 1L); // ticks a second
        NativeAuditRing ring = Assert.Single(NativeAuditRing.Find(native, [address]));
        FieldDecoder keys = FieldDecoder.For(native.KeyType, native.KeyBytes, runtime: null);
        AuditedOperation first = ring.Read(keys, out _)[0];
        Assert.Equal((DateTime.MinValue, "77?"), (first.Time, first.Operation));

        // The count says more than there is memory for.
        memory.Set(address + 24, ulong.MaxValue);
        ring = Assert.Single(NativeAuditRing.Find(native, [address]));
        Assert.Equal(Capacity - 1, ring.Read(keys, out long unreadable).Count + unreadable);
        memory.Remove(record + (4 * 24));
        Assert.Empty(NativeAuditRing.Find(native, [address]));
    }

    private static string Shown(bool isText, string key)
    {
        string start = key[..Math.Min(key.Length, KeyExcerpt.MaxBytes)];
        return (isText ? start : Convert.ToHexStringLower(Encoding.UTF8.GetBytes(start)))
            + (start.Length < key.Length ? "…" : string.Empty);
    }

    private static AuditKey Kept(ShardMap<RecordKey, long, RecordKeyHasher> map, string key)
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        using KeyText text = new(key, buffer, map.Shards.Seed);
        return new AuditKey(KeyExcerpt.Of(text.Key, map.Shards.Hash(text.Key), map.Shards.Header->KeyForm));
    }

    private static (NativeMap Map, SnapshotMemory Memory, ulong Ring) Record<TKey, TValue>(
        ShardMap<TKey, TValue> map, int operations, Func<int, TKey> keyOf)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged =>
        Record<TKey, TValue, DefaultHasher<TKey>, TKey>(map, operations, keyOf);

    private static (NativeMap Map, SnapshotMemory Memory, ulong Ring) Record<TKey, TValue, THasher, TKept>(
        ShardMap<TKey, TValue, THasher> map, int operations, Func<int, TKept> keyOf)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where THasher : struct, IKeyHasher<TKey>
        where TKept : unmanaged, IEquatable<TKept>
    {
        SnapshotMemory memory = SnapshotMemory.Of(map, out ulong address);
        Arena arena = new();
        AuditRing<TKept> ring = new(
            arena, Capacity, map.Shards.Header, 2, 1000, (5_000, DateTimeOffset.UnixEpoch.AddSeconds(5)));
        for (int number = 0; number < operations; number++)
        {
            ring.Add(new AuditEvent<TKept>(number * 1000, keyOf(number), number + 100, (AuditOperation)(number % 6)));
        }

        memory.Copy((byte*)ring.Header, AuditRingHeader.Bytes + (Capacity * sizeof(AuditRecord<TKept>)));
        GC.KeepAlive(arena);
        NativeMap? native = NativeMap.TryRead(memory, address, out string? problem);
        Assert.True(native is not null, problem);
        return (native, memory, (ulong)ring.Header);
    }
}
