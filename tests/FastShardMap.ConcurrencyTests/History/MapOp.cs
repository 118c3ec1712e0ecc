namespace FastShardMap.ConcurrencyTests.History;

internal enum OpKind
{
    Get,
    TryAdd,
    Set,
    TryUpdate,
    TryRemove,
    TryRemovePair,
    GetOrAdd,
    GetOrAddFactory,
    AddOrUpdate,
    TryExchange,
    UpdateInPlace,
    UpdateOrRemove,
    Add,
    Clear,
    Count,
    ToArray,
    Snapshot,
    Enumerate,
    Batch,
    TrimExcess,
    EnsureCapacity,
    MoveSome,
    Dispose,

    /// <summary>A store that waits for the lock at most B milliseconds.</summary>
    TimedSet,

    /// <summary>A removal that waits for the lock at most B milliseconds.</summary>
    TimedRemove,

    /// <summary>A store whose wait for the lock ends with <see cref="Cancel"/>.</summary>
    CancellableSet,
    Cancel,

    /// <summary>An exclusive phase: gets the key, stores A there and B under the next key.</summary>
    Exclusive,

    /// <summary>Stores A and returns what was there: part of an exclusive phase.</summary>
    Swap,
}

/// <summary>One operation of a scenario, and what came of it.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Key">The key's number in its scenario; for Batch the number of keys.</param>
/// <param name="A">The first argument: the new value.</param>
/// <param name="B">The second argument: the comparison value.</param>
internal sealed record MapOp(OpKind Kind, int Key = 0, ulong A = 0, ulong B = 0)
{
    /// <summary>The value of an entry that was seen torn: no specification allows it.</summary>
    public const ulong Torn = ulong.MaxValue - 1;

    /// <summary>The thread of operations that come when all threads have ended.</summary>
    public const int AfterAll = -1;

    /// <summary>Moments of the call and the return.</summary>
    public int Invoked { get; set; }

    public int Returned { get; set; }

    public int Thread { get; set; }

    /// <summary>The boolean result.</summary>
    public bool Done { get; set; }

    /// <summary>The value, or the number, that came back.</summary>
    public ulong Value { get; set; }

    /// <summary>The map was disposed.</summary>
    public bool Disposed { get; set; }

    /// <summary>The operation was not performed: its time was up, or the map was held exclusively.</summary>
    public bool GaveUp { get; set; }

    /// <summary>What an operation on many keys has seen of each key; null = absent.</summary>
    public ulong?[]? Seen { get; set; }

    public MapOp Fresh(int thread) => new(Kind, Key, A, B) { Thread = thread };

    /// <summary>The operations that this one consists of, each at its own moment: usually itself.</summary>
    public IEnumerable<MapOp> Parts =>
        Kind == OpKind.Exclusive ? [Part(OpKind.Swap, Key, A), Part(OpKind.Set, Key + 1, B)] : [this];

    private MapOp Part(OpKind kind, int key, ulong value) => new(kind, key, value)
    {
        Invoked = Invoked, Returned = Returned, Thread = Thread, Value = Value, Done = Done, Disposed = Disposed,
        GaveUp = GaveUp,
    };

    public override string ToString()
    {
        string result = Disposed ? "disposed"
            : GaveUp ? "not performed"
            : Seen is not null ? string.Join(",", Seen.Select(static value => value?.ToString(null, null) ?? "-"))
            : $"{Done} {(Value == Torn ? "TORN" : Value)}";
        return $"thread {Thread} [{Invoked}..{Returned}] {Kind}(key {Key}, {A}, {B}) = {result}";
    }
}
