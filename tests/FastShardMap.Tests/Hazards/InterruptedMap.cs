using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Hazards;

/// <summary>
/// A map, its writers' keys, and one key that belongs to the thread that is interrupted. That thread always knows what
/// its key must hold: so a call that threw and has changed the map all the same is seen at once.
/// </summary>
internal sealed class InterruptedMap<TValue> : IDisposable
    where TValue : unmanaged, IEquatable<TValue>
{
    public const int OwnKey = -1;
    public const int SteadyKeys = 64;
    private const int ChurnedKeys = 200;
    private readonly Func<long, TValue> _valueOf;
    private long _number;

    public InterruptedMap(ShardMap<int, TValue> map, Func<long, TValue> valueOf)
    {
        Map = map;
        _valueOf = valueOf;
        Own = valueOf(0);
        map[OwnKey] = Own;
        for (int key = 0; key < SteadyKeys; key++)
        {
            map[key] = valueOf(key);
        }
    }

    public ShardMap<int, TValue> Map { get; }

    /// <summary>What the map holds under <see cref="OwnKey"/>.</summary>
    public TValue Own { get; private set; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("interrupted").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>A value that the map has not held before.</summary>
    public TValue Next() => _valueOf(++_number);

    /// <summary>Performs a call that, if it ends, leaves this value under the own key (null: nothing), and, if it is
    /// interrupted, the old one.</summary>
    public void Change(TValue? wanted, Action call)
    {
        bool done = Completes(call);
        TValue? present = Uninterrupted(() => Map.TryGetValue(OwnKey, out TValue value) ? value : (TValue?)null);
        TValue? expected = done ? wanted : Own;
        Assert.True(
            present.HasValue == expected.HasValue && (!present.HasValue || present.Value.Equals(expected!.Value)),
            done ? "A call that ended has not changed the map." : "A call that was interrupted has changed the map.");
        if (present is null)
        {
            Uninterrupted(() => Map[OwnKey] = Own);
        }
        else
        {
            Own = present.Value;
        }
    }

    /// <summary>Performs a call that does not change the map, and lets it be interrupted.</summary>
    public void Look(Action call)
    {
        Completes(call);
        Change(Own, static () => { });
    }

    /// <summary>Performs a call that interruptions must not end.</summary>
    public void Endure(Action call) => Assert.True(Completes(call), "A call of many steps was interrupted.");

    /// <summary>One step of a writing thread: changes in place, and additions and removals that move tables.</summary>
    public void Write(int writer, int round)
    {
        try
        {
            for (int i = 0; i < 16; i++)
            {
                Map[(round + i) % SteadyKeys] = _valueOf(round);
            }

            int churned = 1000 + (writer * ChurnedKeys) + (round % ChurnedKeys);
            Map.TryAdd(churned, _valueOf(round));
            Map.TryRemove(1000 + (writer * ChurnedKeys) + ((round + (ChurnedKeys / 2)) % ChurnedKeys), out _);
        }
        catch (InvalidOperationException)
        {
            Thread.Yield(); // an exclusive phase
        }
    }

    /// <summary>Ends an interruption that is pending.</summary>
    public static void ClearInterruption() => _ = Record.Exception(static () => Thread.Sleep(0));

    public static void Uninterrupted(Action call) => Uninterrupted<object?>(() =>
    {
        call();
        return null;
    });

    public static TResult Uninterrupted<TResult>(Func<TResult> call)
    {
        while (true)
        {
            try
            {
                return call();
            }
            catch (ThreadInterruptedException)
            {
                // Once more.
            }
        }
    }

    private static bool Completes(Action call)
    {
        try
        {
            call();
            return true;
        }
        catch (ThreadInterruptedException)
        {
            return false;
        }
    }
}
