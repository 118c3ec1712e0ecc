using FastShardMap.Caching;
using FastShardMap.ConcurrencyTests.History;
using FastShardMap.Layout;
using FastShardMap.Sharding;
using FastShardMap.Tables;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>A cache with one shard and room for all keys, so that entries leave only when a scenario says so.</summary>
/// <typeparam name="TValue">The type of values.</typeparam>
/// <typeparam name="THasher">The hasher: that of a program, whose writes take the lock, or the default one, whose
/// writes are done in place.</typeparam>
internal sealed unsafe class CacheTarget<TValue, THasher>(ulong[] keys)
    : DisposableTarget<ShardCache<ulong, TValue, THasher>>
    where TValue : unmanaged, IRepeated<TValue>, IEquatable<TValue>
    where THasher : struct, IKeyHasher<ulong>
{
    /// <summary>The second argument of a removal that is done by Trim.</summary>
    public const ulong ByTrim = 1;

    private TableRef _table;

    public override MapHeader* Header => Map.Shards.Header;

    /// <inheritdoc/>
    protected override ShardCache<ulong, TValue, THasher> CreateMap()
    {
        ShardCache<ulong, TValue, THasher> cache = new(new ShardCacheOptions
        {
            MaxEntries = keys.Length, ShardCount = 1, Seed = new HashSeed(1, 2), PendingRemovals = keys.Length,
        });
        _table = cache.Shards.Header->Views[0].Current;
        return cache;
    }

    /// <inheritdoc/>
    protected override void AddFaults(List<string> faults)
    {
        faults.AddRange(Map.FindViolations());
        int entries = 0;
        TableRef table = Header->Views[0].Current;
        if (table.Word != _table.Word || !Header->Views[0].Previous.IsNone)
        {
            faults.Add("the cache has another table");
            return;
        }

        for (ulong index = 0; index < table.Groups; index++)
        {
            Group* group = Table<ulong, CacheEntry<TValue>>.GroupAt(table, index);
            foreach (int slot in Table<ulong, CacheEntry<TValue>>.Occupied(group->Control))
            {
                CacheEntry<TValue> entry = *Table<ulong, CacheEntry<TValue>>.ValueAt(group, slot);
                entries++;
                if (entry.Mark > CacheEntry<TValue>.MaxMark || entry.Expiry != 0)
                {
                    faults.Add($"an entry has mark {entry.Mark} and expiry {entry.Expiry}");
                }
            }
        }

        if (Map.Count != entries || Header->WriteSides[0].Lock != 0)
        {
            faults.Add($"Count {Map.Count}, entries {entries}, lock {Header->WriteSides[0].Lock}");
        }
    }

    /// <inheritdoc/>
    protected override void RunCore(MapOp op)
    {
        ulong key = op.Key < keys.Length ? keys[op.Key] : 0;
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
                Map.Set(key, TValue.Of(op.A));
                break;
            case OpKind.TryUpdate:
                op.Done = Map.TryUpdate(key, TValue.Of(op.A), TValue.Of(op.B));
                break;
            case OpKind.TryRemove when op.B == ByTrim:
                Trim(op);
                break;
            case OpKind.TryRemove:
                op.Done = Map.TryRemove(key, out value);
                op.Value = op.Done ? value.Number : 0;
                break;
            case OpKind.GetOrAdd:
                op.Value = Map.GetOrAdd(key, TValue.Of(op.A)).Number;
                break;
            case OpKind.Clear:
                Map.Clear();
                break;
            case OpKind.Dispose:
                DisposeMap();
                break;
            case OpKind.Enumerate:
                op.Seen = new ulong?[keys.Length];
                foreach (KeyValuePair<ulong, TValue> entry in Map)
                {
                    op.Seen[Array.IndexOf(keys, entry.Key)] = entry.Value.Number;
                }

                break;
            default:
                throw new NotSupportedException($"{op.Kind}");
        }
    }

    /// <summary>Trims a cache that never has another key: its removal, whose value the notice tells.</summary>
    private void Trim(MapOp op)
    {
        op.Done = Map.Trim(1) == 1;
        while (op.Done && Map.Removals!.TryRead(out ShardCacheRemoval<ulong, TValue> removal))
        {
            op.Value = removal.Cause == ShardCacheRemovalCause.Trimmed ? removal.Value.Number : op.Value;
        }
    }
}
