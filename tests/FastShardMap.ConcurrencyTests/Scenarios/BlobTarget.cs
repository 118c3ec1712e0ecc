using System.Buffers;
using FastShardMap.ConcurrencyTests.History;
using FastShardMap.Layout;
using FastShardMap.Sharding;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>A map with values of any length. A value is its number, repeated as bytes. Two keys are inline, so that
/// their records have the value only; the others have records with the key and the value.</summary>
/// <param name="lengths">The lengths of values, by their number. With one length, each key takes the records of the
/// others.</param>
internal sealed unsafe class BlobTarget(params int[] lengths) : DisposableTarget<BlobShardMap>
{
    private const int RoomBytes = 1_024;
    private static readonly string[] s_keys = ["a", "b", "a key of two vectors of bytes", new('l', 99)];

    public override MapHeader* Header => Map.Inner.Shards.Header;

    /// <inheritdoc/>
    protected override BlobShardMap CreateMap() => new(new ShardMapOptions
    {
        ShardCount = 1, MigrationStepGroups = 1, Seed = new HashSeed(1, 2),
    });

    /// <inheritdoc/>
    protected override void AddFaults(List<string> faults)
    {
        faults.AddRange(Map.Inner.Shards.FindViolations());
        int entries = Seen().Count(static value => value is not null);
        if (entries != Map.Count)
        {
            faults.Add($"Count {Map.Count}, entries {entries}");
        }
    }

    /// <inheritdoc/>
    protected override void RunCore(MapOp op)
    {
        byte[] room = new byte[RoomBytes];
        string key = op.Key < s_keys.Length ? s_keys[op.Key] : string.Empty;
        int length;
        switch (op.Kind)
        {
            case OpKind.Get:
                op.Done = Map.TryGetValue(key, room, out length);
                op.Value = op.Done ? NumberOf(room.AsSpan(0, length)) : 0;
                break;
            case OpKind.TryAdd:
                op.Done = Map.TryAdd(key, BytesOf(op.A));
                break;
            case OpKind.Set:
                Map.Set(key, BytesOf(op.A));
                break;
            case OpKind.TryUpdate:
                op.Done = Map.TryUpdate(key, BytesOf(op.A), BytesOf(op.B));
                break;
            case OpKind.TryRemove:
                op.Done = Map.TryRemove(key, room, out length);
                op.Value = op.Done ? NumberOf(room.AsSpan(0, length)) : 0;
                break;
            case OpKind.GetOrAdd:
                Map.GetOrAdd(key, BytesOf(op.A), room, out length);
                op.Value = NumberOf(room.AsSpan(0, length));
                break;
            case OpKind.GetOrAddFactory:
                ArrayBufferWriter<byte> writer = new();
                Map.GetOrAdd(key, static (_, output, bytes) => output.Write(bytes), BytesOf(op.A), writer);
                op.Value = NumberOf(writer.WrittenSpan);
                break;
            case OpKind.TimedSet:
                op.GaveUp =
                    Map.TrySet(key, BytesOf(op.A), TimeSpan.FromMilliseconds(op.B)) != DeadlineResult.Done;
                break;
            default:
                RunOnMany(op);
                break;
        }
    }

    private static ulong NumberOf(ReadOnlySpan<byte> value) =>
        value.ContainsAnyExcept(value[0]) ? MapOp.Torn : value[0];

    private byte[] BytesOf(ulong number)
    {
        byte[] bytes = new byte[lengths[(int)(number % (uint)lengths.Length)]];
        bytes.AsSpan().Fill((byte)number);
        return bytes;
    }

    private void RunOnMany(MapOp op)
    {
        switch (op.Kind)
        {
            case OpKind.Batch:
                ArrayBufferWriter<byte> values = new();
                int[] found = new int[op.Key];
                op.Done = Map.TryGetValues(s_keys.AsSpan(0, op.Key), values, found)
                    == found.Count(static length => length >= 0);
                int from = 0;
                op.Seen =
                [
                    .. found.Select(length =>
                    {
                        ulong? number = length < 0 ? null : NumberOf(values.WrittenSpan.Slice(from, length));
                        from += Math.Max(length, 0);
                        return number;
                    }),
                ];
                break;
            case OpKind.Enumerate:
                op.Seen = Seen();
                break;
            case OpKind.Snapshot:
                using (BlobSnapshot snapshot = Map.Snapshot(copyNow: op.Key != 0))
                {
                    SchedulePoint.Before("snapshot: read"); // reading has no step, and writes may come before it
                    op.Seen = SeenIn(snapshot);
                }

                break;
            case OpKind.Clear:
                Map.Clear();
                break;
            case OpKind.TrimExcess:
                Map.TrimExcess();
                break;
            case OpKind.EnsureCapacity:
                Map.EnsureCapacity((long)op.A);
                break;
            case OpKind.Dispose:
                DisposeMap();
                break;
            default:
                throw new NotSupportedException($"{op.Kind}");
        }
    }

    private ulong?[] Seen()
    {
        ulong?[] seen = new ulong?[s_keys.Length];
        foreach (BlobEntry entry in Map)
        {
            Add(seen, entry);
        }

        return seen;
    }

    private static ulong?[] SeenIn(BlobSnapshot snapshot)
    {
        ulong?[] seen = new ulong?[s_keys.Length];
        foreach (BlobEntry entry in snapshot)
        {
            Add(seen, entry);
        }

        return seen;
    }

    private static void Add(ulong?[] seen, BlobEntry entry)
    {
        int index = Array.IndexOf(s_keys, entry.KeyToString());
        if (index < 0 || seen[index] is not null)
        {
            throw new InvalidOperationException("A key was seen twice, or never was in the map.");
        }

        seen[index] = NumberOf(entry.Value);
    }
}
