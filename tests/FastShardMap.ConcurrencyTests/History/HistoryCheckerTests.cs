namespace FastShardMap.ConcurrencyTests.History;

/// <summary>
/// The checker is tested with histories whose verdict is known: a checker that accepts all proves nothing.
/// </summary>
public class HistoryCheckerTests
{
    private const ulong Absent = MapModel.Absent;

    [Fact]
    public void FindFault_ReadOfAWriteInProgress_MayShowEither()
    {
        Assert.Null(Fault([Absent], Set(0, 1, 5, 0, 7), Hit(1, 2, 3, 0, 7)));
        Assert.Null(Fault([Absent], Set(0, 1, 5, 0, 7), Miss(1, 2, 3, 0)));
    }

    [Fact]
    public void FindFault_ReadBeforeTheWriteBegan_IsReported() =>
        Assert.NotNull(Fault([Absent], Hit(1, 1, 2, 0, 7), Set(0, 3, 4, 0, 7)));

    [Fact]
    public void FindFault_MissAfterTheInsertEnded_IsReported() =>
        Assert.NotNull(Fault([Absent], Added(0, 1, 2, 0, 7), Miss(1, 3, 4, 0)));

    [Fact]
    public void FindFault_NewValueAndThenTheOldOne_IsReported() =>
        Assert.NotNull(Fault([1], Set(0, 1, 10, 0, 2), Hit(1, 2, 3, 0, 2), Hit(1, 4, 5, 0, 1)));

    [Fact]
    public void FindFault_OldValueAndThenTheNewOne_IsFine() =>
        Assert.Null(Fault([1], Set(0, 1, 10, 0, 2), Hit(1, 2, 3, 0, 1), Hit(2, 4, 5, 0, 2)));

    [Fact]
    public void FindFault_TwoInsertsOfOneKeyBothDone_IsReported() =>
        Assert.NotNull(Fault([Absent], Added(0, 1, 5, 0, 1), Added(1, 2, 6, 0, 2)));

    [Fact]
    public void FindFault_LostUpdate_IsReported() =>
        Assert.NotNull(Fault(
            [1],
            Op(OpKind.Add, 0, 1, 5, 0, 1, value: 2),
            Op(OpKind.Add, 1, 2, 6, 0, 1, value: 2)));

    [Fact]
    public void FindFault_TornValue_IsReported() => Assert.NotNull(Fault([1], Hit(0, 1, 2, 0, MapOp.Torn)));

    [Fact]
    public void FindFault_CompareAndActOnAValueThatNeverWas_IsReported() =>
        Assert.NotNull(Fault([1], Op(OpKind.TryUpdate, 0, 1, 2, 0, 5, 3, done: true)));

    [Fact]
    public void FindFault_EveryOperation_ChecksItsResult()
    {
        Assert.NotNull(Fault([1], Op(OpKind.TryRemove, 0, 1, 2, 0, done: false)));
        Assert.NotNull(Fault([1], Op(OpKind.TryRemovePair, 0, 1, 2, 0, 2, done: true)));
        Assert.NotNull(Fault([1], Op(OpKind.GetOrAdd, 0, 1, 2, 0, 9, value: 9)));
        Assert.NotNull(Fault([Absent], Op(OpKind.GetOrAddFactory, 0, 1, 2, 0, 9, value: 8)));
        Assert.NotNull(Fault([1], Op(OpKind.AddOrUpdate, 0, 1, 2, 0, 5, 3, value: 5)));
        Assert.NotNull(Fault([1], Op(OpKind.TryExchange, 0, 1, 2, 0, 5, done: true, value: 2)));
        Assert.NotNull(Fault([Absent], Op(OpKind.UpdateInPlace, 0, 1, 2, 0, 5, done: true)));
        Assert.NotNull(Fault([Absent], Op(OpKind.UpdateOrRemove, 0, 1, 2, 0, 5, done: true)));
    }

    [Fact]
    public void FindFault_TwoThreadsMissEachOthersInsert_IsReported() =>
        Assert.NotNull(Fault(
            [Absent, Absent],
            Added(0, 1, 2, 0, 1), Miss(0, 3, 4, 1), Added(1, 1, 2, 1, 1), Miss(1, 3, 4, 0)));

    [Fact]
    public void ExplainsWhole_TwoThreadsMissEachOthersInsert_IsNotEvenSequentiallyConsistent() =>
        Assert.False(Explains(
            [Absent, Absent], realTime: false,
            Added(0, 1, 2, 0, 1), Miss(0, 3, 4, 1), Added(1, 1, 2, 1, 1), Miss(1, 3, 4, 0)));

    [Fact]
    public void ExplainsWhole_LateRead_IsSequentiallyConsistentButNotLinearizable()
    {
        MapOp[] history = [Added(0, 1, 2, 0, 7), Miss(1, 3, 4, 0)];

        Assert.True(Explains([Absent], realTime: false, history));
        Assert.False(Explains([Absent], realTime: true, history));
    }

    [Fact]
    public void ExplainsWhole_ArrayOfTwoMoments_IsReported() =>
        Assert.False(Explains(
            [1, 1], realTime: true,
            Set(0, 1, 2, 0, 2), Set(0, 3, 4, 1, 2),
            Seen(OpKind.ToArray, 1, 0, 9, 1, 2)));

    [Fact]
    public void ExplainsWhole_EnumerationOfTwoMoments_IsItsGuarantee() =>
        Assert.True(Explains(
            [1, 1], realTime: true,
            Set(0, 1, 2, 0, 2), Set(0, 3, 4, 1, 2),
            Seen(OpKind.Enumerate, 1, 0, 9, 1, 2)));

    [Fact]
    public void FindFault_EnumerationThatMissesWhatWasThereThroughout_IsReported() =>
        Assert.NotNull(Fault([1, 1], Seen(OpKind.Enumerate, 0, 1, 2, 1, null)));

    [Fact]
    public void ExplainsWhole_HalfACleared_IsReported() =>
        Assert.False(Explains(
            [1, 1], realTime: true,
            Op(OpKind.Clear, 0, 1, 9, 0), Miss(1, 2, 3, 0), Hit(1, 4, 5, 1, 1)));

    [Fact]
    public void FindFault_CountBelowWhatStays_IsReported()
    {
        Assert.NotNull(Fault([1, 1], Op(OpKind.Count, 0, 1, 2, 0, value: 1)));
        Assert.NotNull(Fault([1, 1], Op(OpKind.Count, 0, 1, 2, 0, value: 3)));
        Assert.Null(Fault([1, 1], Op(OpKind.Count, 0, 1, 2, 0, value: 2)));
    }

    [Fact]
    public void FindFault_AnswerAfterDispose_IsReported()
    {
        Assert.NotNull(Fault([1], Op(OpKind.Dispose, 0, 1, 2, 0), Hit(1, 3, 4, 0, 1)));
        Assert.Null(Fault([1], Op(OpKind.Dispose, 0, 1, 4, 0), Hit(1, 2, 3, 0, 1)));
    }

    [Fact]
    public void FindFault_DisposedBeforeDispose_IsReported()
    {
        MapOp thrown = Op(OpKind.Get, 1, 1, 2, 0);
        thrown.Disposed = true;

        Assert.NotNull(Fault([1], thrown, Op(OpKind.Dispose, 0, 3, 4, 0)));
    }

    [Fact]
    public void FindFault_LongHistoryOfOverlappingWrites_EndsSoon()
    {
        MapOp[] history =
        [
            .. Enumerable.Range(0, 40).Select(static i => Set(i, 0, 100, 0, (ulong)i + 1)),
            Miss(99, 101, 102, 0),
        ];

        Assert.NotNull(Fault([Absent], [.. history.Take(16), history[^1]]));
        Assert.Null(Fault([Absent], history[..40]));
    }

    private static string? Fault(ulong[] initial, params MapOp[] history) => HistoryChecker.FindFault(history, initial);

    private static bool Explains(ulong[] initial, bool realTime, params MapOp[] history) =>
        HistoryChecker.ExplainsWhole(history, initial, realTime);

    private static MapOp Op(
        OpKind kind,
        int thread,
        int invoked,
        int returned,
        int key,
        ulong a = 0,
        ulong b = 0,
        bool done = false,
        ulong value = 0) =>
        new(kind, key, a, b) { Thread = thread, Invoked = invoked, Returned = returned, Done = done, Value = value };

    private static MapOp Set(int thread, int invoked, int returned, int key, ulong value) =>
        Op(OpKind.Set, thread, invoked, returned, key, value);

    private static MapOp Added(int thread, int invoked, int returned, int key, ulong value) =>
        Op(OpKind.TryAdd, thread, invoked, returned, key, value, done: true);

    private static MapOp Hit(int thread, int invoked, int returned, int key, ulong value) =>
        Op(OpKind.Get, thread, invoked, returned, key, done: true, value: value);

    private static MapOp Miss(int thread, int invoked, int returned, int key) =>
        Op(OpKind.Get, thread, invoked, returned, key);

    private static MapOp Seen(OpKind kind, int thread, int invoked, int returned, params ulong?[] values)
    {
        MapOp op = Op(kind, thread, invoked, returned, 0);
        op.Seen = values;
        return op;
    }
}
