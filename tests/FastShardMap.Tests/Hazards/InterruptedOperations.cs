namespace FastShardMap.Tests.Hazards;

/// <summary>Every operation of a map that can wait, as something to interrupt.</summary>
internal static class InterruptedOperations<TValue>
    where TValue : unmanaged, IEquatable<TValue>
{
    private const int Own = InterruptedMap<TValue>.OwnKey;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    public static Dictionary<string, Action<InterruptedMap<TValue>>> All { get; } = new(StringComparer.Ordinal)
    {
        ["indexer"] = static it => To(it, value => it.Map[Own] = value),
        ["TryGetValue"] = static it => it.Look(() => it.Map.TryGetValue(Own, out _)),
        ["TryGetValues"] = static it => it.Look(() => it.Map.TryGetValues([Own, 1, 2], new TValue[3], new bool[3])),
        ["TryAdd"] = static it => it.Look(() => it.Map.TryAdd(Own, it.Own)),
        ["TryUpdate"] = static it => To(it, value => it.Map.TryUpdate(Own, value, it.Own)),
        ["TryUpdate in place"] = static it => To(
            it, value => it.Map.TryUpdate(Own, static (ref v, to) => v = to, value)),
        ["TryUpdateOrRemove"] = static it => it.Change(
            null, () => it.Map.TryUpdateOrRemove(Own, static (ref _, _) => false, 0)),
        ["TryExchange"] = static it => To(it, value => it.Map.TryExchange(Own, value, out _)),
        ["TryRemove"] = static it => it.Change(null, () => it.Map.TryRemove(Own, out _)),
        ["TryRemove pair"] = static it => it.Change(null, () => it.Map.TryRemove(KeyValuePair.Create(Own, it.Own))),
        ["TryAddRange"] = static it => it.Look(() => it.Map.TryAddRange([Own, 1, 2], [it.Own, it.Own, it.Own])),
        ["SetRange"] = static it => To(it, value => it.Map.SetRange([1, 2, Own], [value, value, value])),
        ["TryRemoveRange"] = static it => it.Change(null, () => it.Map.TryRemoveRange([5000, 5001, Own])),
        ["GetOrAdd"] = static it => it.Look(() => it.Map.GetOrAdd(Own, it.Own)),
        ["GetOrAdd factory"] = static it => it.Look(() => it.Map.GetOrAdd(Own, static (_, value) => value, it.Own)),
        ["AddOrUpdate"] = static it => To(it, value => it.Map.AddOrUpdate(Own, _ => value, (_, _) => value)),
        ["TrySet in time"] = static it => To(it, value => it.Map.TrySet(Own, value, s_patience)),
        ["TryAdd in time"] = static it => it.Look(() => it.Map.TryAdd(Own, it.Own, s_patience)),
        ["TryRemove in time"] = static it => it.Change(null, () => it.Map.TryRemove(Own, out _, s_patience)),
        ["TryUpdate in time"] = static it => To(it, value => it.Map.TryUpdate(Own, value, it.Own, s_patience)),
        ["TrySet until canceled"] = static it => UntilCanceled(it),
        ["Clear"] = static it => it.Change(null, it.Map.Clear),
        ["ToArray"] = static it => it.Look(() => it.Map.ToArray()),
        ["CopyTo span"] = static it => it.Look(() => it.Map.CopyTo(new KeyValuePair<int, TValue>[4000])),
        ["Snapshot"] = static it => it.Look(() => it.Map.Snapshot().Dispose()),
        ["Snapshot without copying"] = static it => it.Look(() => it.Map.Snapshot(copyNow: false).Dispose()),
        ["Snapshot members"] = static it => Snapshot(it),
        ["Clone"] = static it => it.Look(() => it.Map.Clone().Dispose()),
        ["Clone with options"] = static it => it.Look(
            () => it.Map.Clone(new ShardMapOptions { ShardCount = 2 }).Dispose()),
        ["CopyTo map"] = static it => CopyTo(it),
        ["MergeFrom map"] = static it => MergeFrom(it),
        ["MergeFrom stream"] = static it => MergeFromStream(it),
        ["Enumerate"] = static it => Enumerate(it),
        ["EnterExclusive"] = static it => Exclusive(it),
        ["EnsureCapacity"] = static it => it.Endure(() => it.Map.EnsureCapacity(it.Map.Capacity + 1)),
        ["TrimExcess"] = static it => it.Endure(it.Map.TrimExcess),
        ["GetProbeLengths"] = static it => it.Look(() => it.Map.GetProbeLengths()),
        ["GetStatistics"] = static it => it.Look(() => it.Map.GetStatistics()),
        ["Count"] = static it => it.Look(() => _ = it.Map.Count + it.Map.Capacity),
        ["Save"] = static it => it.Look(() => it.Map.Save(Stream.Null)),
        ["SaveAsync"] = static it => it.Look(() => it.Map.SaveAsync(Stream.Null).GetAwaiter().GetResult()),
        ["SaveTo and LoadFrom"] = static it => SaveTo(it),
        ["Dispose"] = static it => Dispose(it),
        ["Audit"] = static it => Audit(it),
    };

    private static void To(InterruptedMap<TValue> it, Action<TValue> call)
    {
        TValue next = it.Next();
        it.Change(next, () => call(next));
    }

    private static void UntilCanceled(InterruptedMap<TValue> it)
    {
        using CancellationTokenSource cancellation = new();
        TValue next = it.Next();
        it.Change(next, () =>
        {
            DeadlineResult result = it.Map.TrySet(Own, next, s_patience, cancellation.Token);
            Assert.Equal(DeadlineResult.Done, result);
        });
        cancellation.Cancel();
        it.Look(
            () => Assert.Equal(
                DeadlineResult.Canceled, it.Map.TrySet(Own, it.Next(), s_patience, cancellation.Token)));
    }

    private static void Snapshot(InterruptedMap<TValue> it)
    {
        using ShardMapSnapshot<int, TValue> snapshot = InterruptedMap<TValue>.Uninterrupted(() => it.Map.Snapshot());
        it.Endure(() =>
        {
            Assert.Equal(it.Own, snapshot[Own]);
            Assert.Equal(snapshot.Count, snapshot.Count(static _ => true));
        });
        it.Endure(snapshot.Dispose);
        it.Change(it.Own, static () => { });
    }

    private static void CopyTo(InterruptedMap<TValue> it)
    {
        using ShardMap<int, TValue> other = new();
        it.Look(() =>
        {
            try
            {
                it.Map.CopyTo(other);
            }
            catch (ThreadInterruptedException)
            {
                Assert.True(other.IsEmpty, "An interrupted copy has copied something.");
                throw;
            }

            Assert.Equal(it.Own, other[Own]);
        });
    }

    private static void MergeFrom(InterruptedMap<TValue> it)
    {
        using ShardMap<int, TValue> other = new();
        TValue next = it.Next();
        other[Own] = next;
        it.Change(next, () => it.Map.MergeFrom(other, static (_, _, theirs) => theirs));
    }

    private static void MergeFromStream(InterruptedMap<TValue> it)
    {
        using ShardMap<int, TValue> other = new();
        TValue next = it.Next();
        other[Own] = next;
        using MemoryStream saved = new();
        InterruptedMap<TValue>.Uninterrupted(() => other.Save(saved));
        saved.Position = 0;
        it.Change(next, () => it.Map.MergeFrom(saved));
    }

    private static void Enumerate(InterruptedMap<TValue> it)
    {
        HashSet<int> seen = [];
        using (ShardMap<int, TValue, DefaultHasher<int>>.Enumerator enumerator = it.Map.GetEnumerator())
        {
            bool more = true;
            while (more)
            {
                it.Look(() =>
                {
                    while (more = enumerator.MoveNext())
                    {
                        Assert.True(
                            seen.Add(enumerator.Current.Key) || enumerator.Current.Key >= 1000,
                            "A steady key is seen twice.");
                    }
                });
            }
        }

        Assert.Equal(InterruptedMap<TValue>.SteadyKeys + 1, seen.Count(static key => key < 1000));
    }

    private static void Exclusive(InterruptedMap<TValue> it)
    {
        TValue next = it.Next();
        it.Change(next, () =>
        {
            using ShardMapExclusive<int, TValue, DefaultHasher<int>> phase = it.Map.EnterExclusive();
            it.Endure(() =>
            {
                phase[Own] = next;
                Assert.True(phase.TryGetValue(Own, out _));
                phase.TryAdd(5000, next);
                phase.TryRemove(5000, out _);
                phase.AddOrUpdate(Own, _ => next, (_, _) => next);
                Assert.Equal(phase.Count, phase.ToArray().Length);
            });
        });
    }

    private static void SaveTo(InterruptedMap<TValue> it)
    {
        string path = Path.Combine(it.Folder, "map");
        bool saved = false;
        it.Look(() =>
        {
            it.Map.SaveTo(path);
            saved = true;
        });
        Assert.True(saved || !File.Exists(path), "An interrupted save has left its file.");
        if (saved)
        {
            it.Endure(() =>
            {
                using ShardMap<int, TValue> loaded = ShardMap<int, TValue>.LoadFrom(path);
                Assert.Equal(it.Own, loaded[Own]);
            });
            File.Delete(path);
        }

        Assert.Empty(Directory.GetFiles(it.Folder));
    }

    private static void Dispose(InterruptedMap<TValue> it)
    {
        ShardMap<int, TValue> other = InterruptedMap<TValue>.Uninterrupted(() => it.Map.Clone());
        ShardMapSnapshot<int, TValue> snapshot = InterruptedMap<TValue>.Uninterrupted(
            () => other.Snapshot(copyNow: false));
        it.Endure(other.Dispose);
        it.Endure(snapshot.Dispose);
        Assert.Throws<ObjectDisposedException>(() => other.Count);
    }

    private static void Audit(InterruptedMap<TValue> it)
    {
        using AuditedShardMap<int, TValue, DefaultHasher<int>> audited = new(it.Map);
        for (int i = 0; i < 10; i++)
        {
            To(it, value => audited[Own] = value);
            it.Look(() => audited.TryGetValue(Own, out _));
        }

        it.Endure(() => Assert.True(audited.GetCount(AuditOperation.Update) <= 10));
        it.Endure(() => audited.GetRecent());
        it.Endure(audited.Dispose);
    }
}
