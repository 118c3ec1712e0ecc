namespace FastShardMap.ConcurrencyTests.History;

/// <summary>The sequential specification: what each operation does and returns, key by key.</summary>
internal static class MapModel
{
    /// <summary>The state of an absent key; states of present keys are their values.</summary>
    public const ulong Absent = ulong.MaxValue;

    /// <summary>Whether the operation may return what it has returned in this state, and the state after it.</summary>
    public static bool Allows(MapOp op, int key, ulong state, out ulong next)
    {
        next = state;
        if (op.GaveUp)
        {
            return true;
        }

        bool present = state != Absent;
        switch (op.Kind)
        {
            case OpKind.Get:
                return op.Done == present && (!present || op.Value == state);
            case OpKind.TryAdd:
                next = present ? state : op.A;
                return op.Done == !present;
            case OpKind.Set or OpKind.TimedSet or OpKind.CancellableSet:
                next = op.A;
                return true;
            case OpKind.TryUpdate:
                next = present && state == op.B ? op.A : state;
                return op.Done == (present && state == op.B);
            case OpKind.Swap:
                next = op.A;
                return op.Done && op.Value == state;
            case OpKind.TryRemove or OpKind.TimedRemove:
                next = Absent;
                return op.Done == present && (!present || op.Value == state);
            case OpKind.TryRemovePair:
                next = state == op.A ? Absent : state;
                return op.Done == (present && state == op.A);
            case OpKind.GetOrAdd or OpKind.GetOrAddFactory:
                next = present ? state : op.A;
                return op.Value == next;
            case OpKind.AddOrUpdate:
                next = present ? state + op.B : op.A;
                return op.Value == next;
            case OpKind.TryExchange:
                next = present ? op.A : state;
                return op.Done == present && (!present || op.Value == state);
            case OpKind.UpdateInPlace:
                next = present ? state + op.A : state;
                return op.Done == present;
            case OpKind.UpdateOrRemove:
                next = !present || state == op.B ? Absent : state + op.A;
                return op.Done == present;
            case OpKind.Add:
                next = present ? state + op.A : op.A;
                return op.Value == next;
            case OpKind.Clear:
                next = Absent;
                return true;
            case OpKind.ToArray or OpKind.Snapshot or OpKind.Enumerate or OpKind.Batch:
                return op.Seen is null || key >= op.Seen.Length || (op.Seen[key] ?? Absent) == state;
            default:
                return true;
        }
    }

    /// <summary>Whether the operation concerns this key.</summary>
    public static bool Concerns(MapOp op, int key) => op.Kind switch
    {
        OpKind.Clear or OpKind.ToArray or OpKind.Snapshot or OpKind.Enumerate => true,
        OpKind.Batch => key < op.Key,
        OpKind.Count or OpKind.TrimExcess or OpKind.EnsureCapacity or OpKind.MoveSome or OpKind.Dispose
            or OpKind.Cancel => false,
        _ => op.Key == key,
    };

    /// <summary>Whether an operation on all keys happens at one instant, as its documentation says.</summary>
    public static bool IsInstant(MapOp op) => op.Kind is not (OpKind.Enumerate or OpKind.Batch);
}
