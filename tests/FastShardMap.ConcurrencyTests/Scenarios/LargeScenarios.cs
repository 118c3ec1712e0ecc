using System.Globalization;
using FastShardMap.ConcurrencyTests.History;

namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>
/// Scenarios drawn from a seed: three threads, several operations of every kind each, all keys in one neighbourhood.
/// </summary>
internal static class LargeScenarios
{
    private const string Prefix = "seed ";
    private const int Threads = 3;

    private static readonly OpKind[] s_kinds =
    [
        OpKind.Get, OpKind.Get, OpKind.Get, OpKind.Get, OpKind.Batch, OpKind.Enumerate, OpKind.ToArray, OpKind.Count,
        OpKind.Snapshot,
        OpKind.TryAdd, OpKind.TryAdd, OpKind.Set, OpKind.Set, OpKind.TryUpdate, OpKind.TryRemove, OpKind.TryRemove,
        OpKind.TryRemovePair, OpKind.GetOrAdd, OpKind.GetOrAddFactory, OpKind.AddOrUpdate, OpKind.TryExchange,
        OpKind.UpdateInPlace, OpKind.UpdateOrRemove, OpKind.TrimExcess, OpKind.EnsureCapacity, OpKind.MoveSome,
        OpKind.Clear,
    ];

    /// <summary>The scenario of a seed: the same for ever.</summary>
    public static Scenario Of(int seed)
    {
        Random random = new(seed);
        bool pages = random.Next(3) != 0;
        int keys = random.Next(2, 6);
        int opsPerThread = random.Next(2, 6);
        bool disposes = random.Next(8) == 0;
        ulong[] all = SmallScenarios.Keys;
        IMapTarget target = pages ? new MapTarget<Page>(all) : new MapTarget<Pair>(all);

        List<MapOp> setup = [];
        if (random.Next(3) == 0)
        {
            setup.Add(new MapOp(OpKind.EnsureCapacity, 0, (ulong)random.Next(1, 14)));
        }

        int filled = random.Next(keys + 1);
        for (int key = 0; key < filled; key++)
        {
            setup.Add(new MapOp(OpKind.Set, key, 1));
        }

        MapOp[][] threads = new MapOp[Threads][];
        for (int thread = 0; thread < Threads; thread++)
        {
            threads[thread] = [.. Enumerable.Range(0, opsPerThread).Select(_ => Draw(random, keys))];
        }

        if (disposes)
        {
            threads[0][^1] = new MapOp(OpKind.Dispose);
        }

        return new Scenario(
            Prefix + seed.ToString(CultureInfo.InvariantCulture), target, all.Length, [.. setup], threads);
    }

    public static Scenario ByName(string name) =>
        Of(int.Parse(name.AsSpan(Prefix.Length), CultureInfo.InvariantCulture));

    private static MapOp Draw(Random random, int keys)
    {
        OpKind kind = s_kinds[random.Next(s_kinds.Length)];
        ulong value = (ulong)random.Next(1, 5);
        return kind switch
        {
            OpKind.Batch => new MapOp(kind, random.Next(1, keys + 1)),
            OpKind.EnsureCapacity => new MapOp(kind, 0, (ulong)random.Next(1, 14)),
            OpKind.MoveSome => new MapOp(kind, 0, (ulong)random.Next(1, 3)),
            OpKind.Clear or OpKind.Count or OpKind.ToArray or OpKind.Enumerate or OpKind.TrimExcess
                or OpKind.Snapshot => new MapOp(kind),
            _ => new MapOp(kind, random.Next(keys), value, (ulong)random.Next(1, 5)),
        };
    }
}
