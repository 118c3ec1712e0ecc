namespace FastShardMap.Tests.Synchronization;

/// <summary>A thread that is interrupted while it uses a map, and knows what its one key must hold.</summary>
internal sealed class InterruptedBackEnd(IConcurrentMap<long, long> map)
{
    private const long Own = -1;
    private long? _present;
    private long _number;

    /// <summary>Performs every operation once.</summary>
    public void PerformAll()
    {
        long next = ++_number;
        Change(next, () => map[Own] = next);
        Change(_present, () => map.TryGetValue(Own, out _));
        Change(_present ?? next, () => map.TryAdd(Own, next));
        long replaced = ++_number;
        Change(replaced, () => Assert.True(map.TryUpdate(Own, replaced, _present!.Value)));
        long upserted = ++_number;
        Change(upserted, () => map.AddOrUpdate(Own, _ => upserted, (_, _) => upserted));
        Change(null, () => map.TryRemove(Own, out _));
        Change(_present, () => map.ToArray());
        Change(_present, () => _ = map.Count);
        long set = ++_number;
        Change(set, () => map[Own] = set);
        Change(null, map.Clear);
        long added = ++_number;
        Change(_present ?? added, () => map.TryAdd(Own, added));
    }

    private void Change(long? wanted, Action call)
    {
        bool done = true;
        try
        {
            call();
        }
        catch (ThreadInterruptedException)
        {
            done = false;
        }

        long? expected = done ? wanted : _present;
        long? found = Look();
        Assert.True(
            found == expected,
            $"{(done ? "A call that ended" : "A call that was interrupted")} has left {found}; "
                + $"{expected} was expected.");
        while (!done && found is null && wanted is not null)
        {
            // What comes next counts on a value.
            try
            {
                map[Own] = wanted.Value;
                found = wanted;
            }
            catch (ThreadInterruptedException)
            {
                // Once more.
            }
        }

        _present = found;
    }

    private long? Look()
    {
        while (true)
        {
            try
            {
                return map.TryGetValue(Own, out long value) ? value : null;
            }
            catch (ThreadInterruptedException)
            {
                // Once more.
            }
        }
    }
}
