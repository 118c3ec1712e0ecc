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

    /// <summary>What an operation on many keys has seen of each key; null = absent.</summary>
    public ulong?[]? Seen { get; set; }

    public MapOp Fresh(int thread) => new(Kind, Key, A, B) { Thread = thread };

    public override string ToString()
    {
        string result = Disposed ? "disposed"
            : Seen is not null ? string.Join(",", Seen.Select(static value => value?.ToString(null, null) ?? "-"))
            : $"{Done} {(Value == Torn ? "TORN" : Value)}";
        return $"thread {Thread} [{Invoked}..{Returned}] {Kind}(key {Key}, {A}, {B}) = {result}";
    }
}
