using FastShardMap.ConcurrencyTests.History;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Sharding;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>A map of text, with a key of each form: inline, of two and of four vectors, and longer. Threads of even
/// number pass keys as strings, the others as bytes.</summary>
internal sealed unsafe class TextTarget<TValue> : DisposableTarget<TextShardMap<TValue>>
    where TValue : unmanaged, IRepeated<TValue>, IEquatable<TValue>
{
    private static readonly string[] s_keys =
    [
        "a\0short",
        "a key of two vectors of bytes",
        "für vier Vektoren: mehr als zweiunddreißig",
        new string('l', 99) + "\ud800",
    ];

    private static readonly byte[][] s_bytes = Array.ConvertAll(s_keys, Encode);

    public override MapHeader* Header => Map.Inner.Shards.Header;

    /// <inheritdoc/>
    protected override TextShardMap<TValue> CreateMap() => new(new ShardMapOptions
    {
        ShardCount = 1, MigrationStepGroups = 1, Seed = new HashSeed(1, 2),
    });

    /// <inheritdoc/>
    protected override void RunCore(MapOp op)
    {
        if (!TryRunOnOne(op))
        {
            RunOnMany(op);
        }
    }

    /// <inheritdoc/>
    protected override void AddFaults(List<string> faults)
    {
        faults.AddRange(Map.Inner.Shards.FindViolations());
        int entries = Seen(s_keys, Map.ToArray()).Count(static value => value is not null);
        if (entries != Map.Count)
        {
            faults.Add($"Count {Map.Count}, entries {entries}");
        }
    }

    private static byte[] Encode(string text)
    {
        byte[] bytes = new byte[text.Length * Wtf8.MaxBytesPerChar];
        return bytes[..Wtf8.Encode(text, bytes)];
    }

    private bool TryRunOnOne(MapOp op)
    {
        bool asText = op.Thread % 2 == 0;
        string text = op.Key < s_keys.Length ? s_keys[op.Key] : string.Empty;
        byte[] bytes = op.Key < s_bytes.Length ? s_bytes[op.Key] : [];
        TValue value = TValue.Of(op.A);
        TValue old = default;
        switch (op.Kind)
        {
            case OpKind.Get:
                op.Done = asText ? Map.TryGetValue(text, out old) : Map.TryGetValue(bytes, out old);
                break;
            case OpKind.TryAdd:
                op.Done = asText ? Map.TryAdd(text, value) : Map.TryAdd(bytes, value);
                return true;
            case OpKind.Set when asText:
                Map[text] = value;
                return true;
            case OpKind.Set:
                Map[bytes] = value;
                return true;
            case OpKind.TryUpdate:
                op.Done = asText
                    ? Map.TryUpdate(text, value, TValue.Of(op.B))
                    : Map.TryUpdate(bytes, value, TValue.Of(op.B));
                return true;
            case OpKind.TryRemove:
                op.Done = asText ? Map.TryRemove(text, out old) : Map.TryRemove(bytes, out old);
                break;
            case OpKind.TryRemovePair:
                op.Done = asText ? Map.TryRemove(text, value) : Map.TryRemove(bytes, value);
                return true;
            case OpKind.GetOrAdd:
                op.Value = (asText ? Map.GetOrAdd(text, value) : Map.GetOrAdd(bytes, value)).Number;
                return true;
            case OpKind.AddOrUpdate:
                op.Value = (asText
                    ? Map.AddOrUpdate(
                        text, static (_, o) => TValue.Of(o.A), static (_, v, o) => TValue.Of(v.Number + o.B), op)
                    : Map.AddOrUpdate(
                        bytes, static (_, o) => TValue.Of(o.A), static (_, v, o) => TValue.Of(v.Number + o.B), op))
                    .Number;
                return true;
            case OpKind.TryExchange:
                op.Done = asText ? Map.TryExchange(text, value, out old) : Map.TryExchange(bytes, value, out old);
                break;
            case OpKind.UpdateInPlace:
                op.Done = asText
                    ? Map.TryUpdate(text, static (ref v, delta) => v = TValue.Of(v.Number + delta), op.A)
                    : Map.TryUpdate(bytes, static (ref v, delta) => v = TValue.Of(v.Number + delta), op.A);
                return true;
            case OpKind.UpdateOrRemove:
                op.Done = asText
                    ? Map.TryUpdateOrRemove(text, static (ref v, o) => UpdateUnless(ref v, o), op)
                    : Map.TryUpdateOrRemove(bytes, static (ref v, o) => UpdateUnless(ref v, o), op);
                return true;
            default:
                return false;
        }

        op.Value = op.Done ? old.Number : 0;
        return true;
    }

    private void RunOnMany(MapOp op)
    {
        switch (op.Kind)
        {
            case OpKind.Batch:
                TValue[] values = new TValue[op.Key];
                bool[] found = new bool[op.Key];
                int hits = op.Thread % 2 == 0
                    ? Map.TryGetValues(s_keys.AsSpan(0, op.Key), values, found)
                    : Map.TryGetValues(
                        s_bytes.Take(op.Key).Select(static key => (ReadOnlyMemory<byte>)key).ToArray(), values, found);
                op.Done = hits == found.Count(static hit => hit);
                op.Seen = [.. found.Select((hit, i) => hit ? values[i].Number : (ulong?)null)];
                break;
            case OpKind.Enumerate:
                op.Seen = Seen(s_keys, Map.AsStrings());
                break;
            case OpKind.ToArray:
                op.Seen = Seen(s_keys, Map.ToArray());
                break;
            case OpKind.Snapshot:
                using (TextSnapshot<TValue> snapshot = Map.Snapshot(copyNow: op.Key != 0))
                {
                    SchedulePoint.Before("snapshot: read"); // reading has no step, and writes may come before it
                    op.Seen = Seen(s_keys, snapshot.ToArray());
                }

                break;
            case OpKind.Clear:
                Map.Clear();
                break;
            case OpKind.TrimExcess:
                Map.TrimExcess();
                break;
            case OpKind.Dispose:
                DisposeMap();
                break;
            default:
                throw new NotSupportedException($"{op.Kind}");
        }
    }
}
