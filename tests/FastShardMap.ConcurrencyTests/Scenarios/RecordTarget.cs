using System.Buffers.Binary;
using FastShardMap.ConcurrencyTests.History;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Sharding;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>A map whose keys have records, all of one length and with one hash: each key takes the records of the
/// others, and only its bytes tell it from them.</summary>
/// <param name="keys">How many keys there are.</param>
/// <param name="keyBytes">The length of each.</param>
/// <param name="feigned">Whether the second key has the bytes of a group, with the first key in every slot, and with an
/// address that is none.</param>
internal sealed unsafe class RecordTarget<TValue>(int keys, int keyBytes, bool feigned = false)
    : DisposableTarget<BytesShardMap<TValue>>
    where TValue : unmanaged, IRepeated<TValue>, IEquatable<TValue>
{
    /// <summary>The record then has a segment of its own, which fits where a table of eight groups was.</summary>
    private const int FeignedBytes = 1_100;

    private static readonly HashSeed s_seed = new(1, 1);
    private readonly byte[][] _keys =
    [
        .. Enumerable.Range(0, keys).Select(
            key => feigned && key == 1 ? FeignedGroup(Key(0, keyBytes)) : Key(key, keyBytes)),
    ];

    public override MapHeader* Header => Map.Inner.Shards.Header;

    /// <inheritdoc/>
    protected override BytesShardMap<TValue> CreateMap()
    {
        // With this seed, the hash of long keys is an exclusive or of their words.
        return new BytesShardMap<TValue>(new ShardMapOptions
        {
            ShardCount = 1, MigrationStepGroups = 1, Seed = s_seed,
        });
    }

    /// <inheritdoc/>
    protected override void AddFaults(List<string> faults)
    {
        faults.AddRange(Map.Inner.Shards.FindViolations());
        if (Header->Views[0].Previous.IsNone && Header->RecordHeaps->IsCompacting != 0)
        {
            faults.Add("a compaction has not ended with its migration");
        }

        int entries = Seen().Count(static value => value is not null);
        if (entries != Map.Count)
        {
            faults.Add($"Count {Map.Count}, entries {entries}");
        }
    }

    private static byte[] Key(int key, int bytes)
    {
        byte[] result = new byte[bytes];
        result.AsSpan().Fill(7);
        BinaryPrimitives.WriteInt32LittleEndian(result, key);
        BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(16), key); // takes the first word out of the hash again
        while (HashOf(result) >> 61 != 1) // the second of eight groups
        {
            result[7]++;
        }

        return result;
    }

    private static ulong HashOf(byte[] key)
    {
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* bytes = key)
        {
            return KeyBytes.Present(bytes, key.Length, buffer, s_seed).LongHash;
        }
    }

    /// <summary>A key whose record, the first of its segment, looks like a group where the second group of a table at
    /// the same place would be.</summary>
    private static byte[] FeignedGroup(byte[] shown)
    {
        ulong hash = HashOf(shown);
        int stride = GroupShape<RecordKey, TValue>.StrideBytes;
        byte[] key = new byte[FeignedBytes];
        Span<byte> group = key.AsSpan(stride - RecordSegment.HeadBytes);
        group[..7].Fill((byte)HashBits.Tag(hash));
        BinaryPrimitives.WriteUInt64LittleEndian(group[8..], 1UL << 30); // a version at rest, with an empty filter
        for (int slot = 0; slot < GroupShape<RecordKey, TValue>.Slots; slot++)
        {
            Span<byte> place = group[(GroupShape.HeaderBytes + (slot * GroupShape<RecordKey, TValue>.SlotBytes))..];
            BinaryPrimitives.WriteUInt64LittleEndian(place, hash);
            BinaryPrimitives.WriteUInt64LittleEndian(
                place[8..], RecordKey.CreateLong(hash, shown.Length, (byte*)8).Last);
        }

        return key;
    }

    /// <inheritdoc/>
    protected override void RunCore(MapOp op)
    {
        ReadOnlySpan<byte> key = op.Key < _keys.Length ? _keys[op.Key] : default;
        TValue value;
        switch (op.Kind)
        {
            case OpKind.Get:
                op.Done = Map.TryGetValue(key, out value);
                op.Value = op.Done ? value.Number : 0;
                break;
            case OpKind.TryAdd:
                op.Done = Map.TryAdd(key, TValue.Of(op.A));
                break;
            case OpKind.Set:
                Map[key] = TValue.Of(op.A);
                break;
            case OpKind.TryRemove:
                op.Done = Map.TryRemove(key, out value);
                op.Value = op.Done ? value.Number : 0;
                break;
            case OpKind.TrimExcess:
                Map.TrimExcess();
                break;
            case OpKind.EnsureCapacity:
                Map.EnsureCapacity((long)op.A);
                break;
            case OpKind.Clear:
                Map.Clear();
                break;
            case OpKind.Dispose:
                DisposeMap();
                break;
            case OpKind.Enumerate:
                op.Seen = Seen();
                break;
            case OpKind.Snapshot:
                using (BytesSnapshot<TValue> snapshot = Map.Snapshot(copyNow: op.Key != 0))
                {
                    SchedulePoint.Before("snapshot: read"); // reading has no step, and writes may come before it
                    op.Seen = SeenIn(snapshot);
                }

                break;
            default:
                throw new NotSupportedException($"{op.Kind}");
        }
    }

    private ulong?[] Seen()
    {
        ulong?[] seen = new ulong?[_keys.Length];
        foreach (BytesEntry<TValue> entry in Map)
        {
            Add(seen, entry);
        }

        return seen;
    }

    private ulong?[] SeenIn(BytesSnapshot<TValue> snapshot)
    {
        ulong?[] seen = new ulong?[_keys.Length];
        foreach (BytesEntry<TValue> entry in snapshot)
        {
            Add(seen, entry);
        }

        for (int key = 0; key < _keys.Length; key++)
        {
            if (snapshot.TryGetValue(_keys[key], out TValue value) != seen[key] is not null
                || (seen[key] is { } number && number != value.Number))
            {
                throw new InvalidOperationException($"A lookup of key {key} differs from the enumeration.");
            }
        }

        return seen;
    }

    private void Add(ulong?[] seen, BytesEntry<TValue> entry)
    {
        ReadOnlySpan<byte> key = entry.Key;
        int index = -1;
        for (int i = 0; i < _keys.Length; i++)
        {
            index = key.SequenceEqual(_keys[i]) ? i : index;
        }

        if (index < 0 || seen[index] is not null)
        {
            throw new InvalidOperationException("A key was seen twice, or never was in the map.");
        }

        seen[index] = entry.Value.Number;
    }
}
