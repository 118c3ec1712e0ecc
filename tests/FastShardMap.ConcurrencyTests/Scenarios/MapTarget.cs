using FastShardMap.ConcurrencyTests.History;
using FastShardMap.ConcurrencyTests.Scheduling;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Sharding;
using FastShardMap.Tables;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>A map that operations can be run on, whatever its value type.</summary>
internal interface IMapTarget
{
    unsafe MapHeader* Header { get; }

    void Create();

    void Run(MapOp op);

    /// <summary>What is wrong with the map at rest, or null.</summary>
    string? FindFault();

    void Drop();
}

/// <summary>A map with one or two shards, whose migrations move one group per step.</summary>
internal sealed unsafe class MapTarget<TValue>(ulong[] keys, int shards = 1, int stepGroups = 1)
    : DisposableTarget<ShardMap<ulong, TValue, PlacedHasher>>
    where TValue : unmanaged, IRepeated<TValue>, IEquatable<TValue>
{
    private CancellationTokenSource _cancellation = new();
    private long _emptyBytes;

    public override MapHeader* Header => Map.Shards.Header;

    /// <inheritdoc/>
    protected override ShardMap<ulong, TValue, PlacedHasher> CreateMap()
    {
        if (!_cancellation.TryReset())
        {
            _cancellation.Dispose();
            _cancellation = new CancellationTokenSource();
        }

        ShardMap<ulong, TValue, PlacedHasher> map = new(new ShardMapOptions
        {
            ShardCount = shards, MigrationStepGroups = stepGroups, Seed = new HashSeed(1, 2),
        });
        _emptyBytes = map.BytesAllocated;
        return map;
    }

    /// <inheritdoc/>
    protected override void AddFaultsOfDisposed(List<string> faults)
    {
        for (int shard = 0; shard < shards; shard++)
        {
            ReadView view = Header->Views[shard];
            if (view.Current.Base != (byte*)Header->Sentinel || !view.Previous.IsNone)
            {
                faults.Add($"shard {shard} of the disposed map has a table");
            }
        }
    }

    /// <inheritdoc/>
    protected override void AddFaults(List<string> faults)
    {
        int entries = 0;
        long tableBytes = 0;
        for (int shard = 0; shard < shards; shard++)
        {
            ReadView view = Header->Views[shard];
            WriteSide side = Header->WriteSides[shard];
            HashSet<ulong> seen = [];
            CheckTable(view.Previous, seen, faults);
            CheckTable(view.Current, seen, faults);
            entries += seen.Count;
            tableBytes += BytesOf(view.Previous) + BytesOf(view.Current);
            if (side.Count != seen.Count)
            {
                faults.Add($"shard {shard} counts {side.Count} entries and has {seen.Count}");
            }

            long maxEntries = view.Current.Base == (byte*)Header->Sentinel
                ? 0
                : TableSize.MaxEntries(view.Current.Groups, Table<ulong, TValue>.Slots);
            if (side.MaxEntries != maxEntries)
            {
                faults.Add($"shard {shard} takes {side.MaxEntries} entries; its table {maxEntries}");
            }

            if (side.Lock != 0)
            {
                faults.Add($"shard {shard} is left locked: {side.Lock}");
            }

            if (view.Previous.IsNone == (new GenerationWord(view.Generation).IsMigrating)
                || new GenerationWord(view.Generation).IsBusy)
            {
                faults.Add($"shard {shard} has generation {view.Generation}");
            }
        }

        if (Map.Count != entries || Map.ToArray().Length != entries)
        {
            faults.Add($"Count {Map.Count}, ToArray {Map.ToArray().Length}, entries {entries}");
        }

        if (Map.BytesAllocated != _emptyBytes + tableBytes)
        {
            faults.Add($"the map has {Map.BytesAllocated - _emptyBytes} bytes of tables; its shards have {tableBytes}");
        }
    }

    /// <inheritdoc/>
    protected override void RunCore(MapOp op)
    {
        try
        {
            RunOnOne(op);
        }
        catch (InvalidOperationException exception) when (exception.Message.Contains(
            "held exclusively", StringComparison.Ordinal))
        {
            op.GaveUp = true;
        }
    }

    private void RunOnOne(MapOp op)
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
                Map[key] = TValue.Of(op.A);
                break;
            case OpKind.TryUpdate:
                op.Done = Map.TryUpdate(key, TValue.Of(op.A), TValue.Of(op.B));
                break;
            case OpKind.TryRemove:
                op.Done = Map.TryRemove(key, out value);
                op.Value = op.Done ? value.Number : 0;
                break;
            case OpKind.TryRemovePair:
                op.Done = Map.TryRemove(new KeyValuePair<ulong, TValue>(key, TValue.Of(op.A)));
                break;
            case OpKind.GetOrAdd:
                op.Value = Map.GetOrAdd(key, TValue.Of(op.A)).Number;
                break;
            case OpKind.GetOrAddFactory:
                op.Value = Map.GetOrAdd(key, static (_, number) => TValue.Of(number), op.A).Number;
                break;
            case OpKind.AddOrUpdate:
                op.Value = Map.AddOrUpdate(
                    key, static (_, o) => TValue.Of(o.A), static (_, old, o) => TValue.Of(old.Number + o.B), op).Number;
                break;
            case OpKind.TryExchange:
                op.Done = Map.TryExchange(key, TValue.Of(op.A), out value);
                op.Value = op.Done ? value.Number : 0;
                break;
            case OpKind.UpdateInPlace:
                op.Done = Map.TryUpdate(key, static (ref v, delta) => v = TValue.Of(v.Number + delta), op.A);
                break;
            case OpKind.UpdateOrRemove:
                op.Done = Map.TryUpdateOrRemove(key, static (ref v, o) => UpdateUnless(ref v, o), op);
                break;
            case OpKind.TimedSet:
                op.GaveUp = Map.TrySet(key, TValue.Of(op.A), TimeSpan.FromMilliseconds(op.B)) != DeadlineResult.Done;
                break;
            case OpKind.CancellableSet:
                op.GaveUp = Map.TrySet(
                    key, TValue.Of(op.A), Timeout.InfiniteTimeSpan, _cancellation.Token) != DeadlineResult.Done;
                break;
            case OpKind.TimedRemove:
                DeadlineResult result = Map.TryRemove(key, out value, TimeSpan.FromMilliseconds(op.B));
                op.Done = result == DeadlineResult.Done;
                op.GaveUp = result == DeadlineResult.TimedOut;
                op.Value = op.Done ? value.Number : 0;
                break;
            case OpKind.Exclusive:
                RunExclusively(op, key, keys[op.Key + 1]);
                break;
            case OpKind.Add:
                op.Value = Map is ShardMap<ulong, ulong, PlacedHasher> numbers
                    ? numbers.AddDelta(key, op.A)
                    : throw new NotSupportedException();
                break;
            default:
                RunOnMany(op);
                break;
        }
    }

    private void RunOnMany(MapOp op)
    {
        switch (op.Kind)
        {
            case OpKind.Clear:
                Map.Clear();
                break;
            case OpKind.Count:
                op.Value = (ulong)Map.Count;
                break;
            case OpKind.ToArray:
                op.Seen = Seen(keys, Map.ToArray());
                break;
            case OpKind.Snapshot:
                using (ShardMapSnapshot<ulong, TValue, PlacedHasher> snapshot =
                    op.Key == 2 ? Map.BriefSnapshot() : Map.Snapshot(copyNow: op.Key != 0))
                {
                    SchedulePoint.Before("snapshot: read"); // ToArray has no step, and writes may come before it
                    op.Seen = Seen(keys, snapshot.ToArray());
                }

                break;
            case OpKind.Enumerate:
                op.Seen = Seen(keys, Map);
                break;
            case OpKind.Batch:
                TValue[] values = new TValue[op.Key];
                bool[] found = new bool[op.Key];
                int hits = Map.TryGetValues(keys.AsSpan(0, op.Key), values, found);
                op.Done = hits == found.Count(static hit => hit);
                op.Seen = [.. found.Select((hit, i) => hit ? values[i].Number : (ulong?)null)];
                break;
            case OpKind.TrimExcess:
                Map.TrimExcess();
                break;
            case OpKind.EnsureCapacity:
                Map.EnsureCapacity((long)op.A);
                break;
            case OpKind.MoveSome:
                Map.Shards.ShardAt((int)op.Key).MoveSome(op.A);
                break;
            case OpKind.Cancel:
                // A registration's disposal waits for its callback to end, where the scheduler cannot see it.
                Execution.RunAtOnce(_cancellation.Cancel);
                break;
            case OpKind.Dispose:
                DisposeMap();
                break;
            default:
                throw new NotSupportedException($"{op.Kind}");
        }
    }

    private void RunExclusively(MapOp op, ulong key, ulong nextKey)
    {
        using ShardMapExclusive<ulong, TValue, PlacedHasher> exclusive = Map.EnterExclusive();
        op.Value = exclusive.TryGetValue(key, out TValue value) ? value.Number : MapModel.Absent;
        exclusive[key] = TValue.Of(op.A);
        exclusive[nextKey] = TValue.Of(op.B);
        op.Done = exclusive[key].Number == op.A && exclusive[nextKey].Number == op.B;
    }

    private long BytesOf(TableRef table)
    {
        if (table.IsNone || table.Base == (byte*)Header->Sentinel)
        {
            return 0;
        }

        nuint bytes = table.Size.Bytes(Table<ulong, TValue>.Stride);
        nuint unit = bytes < Arena.LargeBlockBytes ? Arena.BlockGranuleBytes : PageMemory.PageBytes;
        return (long)((bytes + unit - 1) / unit * unit);
    }

    /// <summary>The invariants of Table.cs.</summary>
    private static void CheckTable(TableRef table, HashSet<ulong> seen, List<string> faults)
    {
        ulong groups = table.IsNone ? 0 : table.Groups;
        int[] passed = new int[groups];
        VersionWord[] filters = new VersionWord[groups];
        for (ulong index = 0; index < groups; index++)
        {
            Group* group = Table<ulong, TValue>.GroupAt(table, index);
            if (new VersionWord(group->Version).IsWritten)
            {
                faults.Add($"group {index} is left busy or held");
            }

            // Entries of moved groups have raised counts that nothing lowers.
            bool moved = new VersionWord(group->Version).IsMoved;
            for (int slot = 0; slot < Table<ulong, TValue>.Slots; slot++)
            {
                byte control = ControlWord.ControlByte(group->Control, slot);
                if (control == 0)
                {
                    continue;
                }

                ulong key = *Table<ulong, TValue>.KeyAt(group, slot);
                if (!moved && !seen.Add(key))
                {
                    faults.Add($"key {key:x} is there twice");
                }

                if (control != (byte)HashBits.Tag(key))
                {
                    faults.Add($"key {key:x} has tag {control:x}");
                }

                for (ulong walked = table.Home(key); walked != index; walked = (walked + 1) % groups)
                {
                    passed[walked]++;
                    filters[walked] = filters[walked].PassedBy(key);
                }
            }
        }

        for (ulong index = 0; index < groups; index++)
        {
            Group* group = Table<ulong, TValue>.GroupAt(table, index);
            byte count = ControlWord.OverflowCount(group->Control);
            VersionWord version = new(group->Version);
            bool moved = version.IsMoved;
            if (!version.HasFilterOf(filters[index]) || (version.HasFilter && count == 0))
            {
                faults.Add($"group {index} of {groups} has a wrong overflow filter: version {version.Word:x}");
            }

            if (count != ControlWord.SaturatedOverflow && (moved ? count < passed[index] : count != passed[index]))
            {
                faults.Add($"group {index} of {groups} counts {count} entries past it; there are {passed[index]}");
            }
        }
    }
}
