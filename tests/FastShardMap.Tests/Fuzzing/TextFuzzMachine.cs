using FastShardMap.Memory;

namespace FastShardMap.Tests.Fuzzing;

/// <summary>The interpreter for maps of text. The commands are those of
/// <see cref="FuzzMachine{TKey, TValue}"/>, and two more with snapshots.</summary>
/// <param name="shards">The number of shards.</param>
/// <param name="stepGroups">The groups that a write moves.</param>
/// <param name="weakHash">Whether the seed makes the hash of long keys an exclusive or of their words.</param>
internal sealed class TextFuzzMachine(int shards, int stepGroups, bool weakHash) : IFuzzMachine
{
    private const int CommandBytes = 3;
    private const int MaxSnapshots = 3;
    private readonly Dictionary<string, long> _reference = new(StringComparer.Ordinal);
    private readonly Queue<(TextSnapshot<long> Snapshot, Dictionary<string, long> Expected)> _snapshots = [];
    private TextShardMap<long> _map = null!;
    private int _form;

    public void Run(ReadOnlySpan<byte> program)
    {
        _reference.Clear();
        using (_map = new TextShardMap<long>(new ShardMapOptions
        {
            ShardCount = shards,
            MigrationStepGroups = stepGroups,
            Seed = weakHash ? new HashSeed(1, 1) : new HashSeed(3, 5),
        }))
        {
            try
            {
                for (; program.Length >= CommandBytes; program = program[CommandBytes..])
                {
                    _form = program[0] / 20 % 3;
                    Step(program[0] % 20, FuzzKey.All[program[1]], program[2]);
                }

                CheckAll();
                while (_snapshots.Count > 0)
                {
                    EndSnapshot();
                }

                AgreeInvariants();
            }
            finally
            {
                _snapshots.Clear();
            }
        }
    }

    private static void Agree(bool holds, string what)
    {
        if (!holds)
        {
            throw new FuzzException(what);
        }
    }

    private void Step(int operation, FuzzKey key, byte value)
    {
        if (key.IsTooLong)
        {
            StepTooLong(operation, key, value);
            return;
        }

        bool present = _reference.TryGetValue(key.Identity, out long old);
        switch (operation)
        {
            case 0:
                Agree(TryAddRange(key, value) == (present ? 0 : 1), "TryAddRange");
                _reference.TryAdd(key.Identity, value);
                break;
            case 1 or 2:
                Agree(TryAdd(key, value) == !present, "TryAdd");
                _reference.TryAdd(key.Identity, value);
                break;
            case 3:
                Set(key, value);
                _reference[key.Identity] = value;
                break;
            case 4:
                SetRange(key, old, value);
                _reference[key.Identity] = value;
                break;
            case 5:
                Agree(TryRemoveRange(key) == (present ? 1 : 0), "TryRemoveRange");
                _reference.Remove(key.Identity);
                break;
            case 6:
                Agree(TryRemove(key, out long removed) == present && removed == old, "TryRemove");
                _reference.Remove(key.Identity);
                break;
            case 7:
                bool same = present && old == value;
                Agree(TryRemovePair(key, value) == same, "TryRemove of a pair");
                RemoveIf(same, key);
                break;
            case 8:
                Agree(GetOrAdd(key, value) == (present ? old : value), "GetOrAdd");
                _reference.TryAdd(key.Identity, value);
                break;
            case 9:
                Agree(TryExchange(key, value, out long exchanged) == present && exchanged == old, "TryExchange");
                RemoveIf(present, key);
                AddIf(present, key, value);
                break;
            case 10:
                bool stays = value % 2 == 0;
                Agree(TryUpdateOrRemove(key, stays) == present, "TryUpdateOrRemove");
                RemoveIf(present, key);
                AddIf(present && stays, key, old + 1);
                break;
            case 11:
                Agree(AddOrUpdate(key, value) == (present ? old + value : value), "AddOrUpdate");
                _reference[key.Identity] = old + value;
                break;
            case 12:
                Agree(FactoryThrows(key) == !present, "a factory that throws");
                break;
            case 13:
                RunOutOfMemory(key, value, present);
                break;
            default:
                StepMap(operation, value);
                Agree(TryGetValue(key, out long found) == _reference.TryGetValue(key.Identity, out long now)
                    && found == now, "TryGetValue");
                break;
        }

        Agree(_map.Count == _reference.Count, $"Count {_map.Count}, expected {_reference.Count}");
    }

    // What concerns the map as a whole.
    private void StepMap(int operation, byte value)
    {
        switch (operation)
        {
            case 14:
                _map.TrimExcess();
                break;
            case 15:
                _map.EnsureCapacity(value * 4);
                Agree(_map.Capacity >= value * 4, "Capacity after EnsureCapacity");
                break;
            case 16 when value < 16:
                _map.Clear();
                _reference.Clear();
                break;
            case 17 when value < 64:
                CheckAll();
                break;
            case 18 when value < 64 && _snapshots.Count < MaxSnapshots:
                _snapshots.Enqueue((
                    _map.Snapshot(copyNow: value % 2 == 0),
                    new Dictionary<string, long>(_reference, StringComparer.Ordinal)));
                break;
            case 18 when _snapshots.Count > 0:
                EndSnapshot();
                break;
        }
    }

    private void StepTooLong(int operation, FuzzKey key, byte value)
    {
        Func<object> call = operation switch
        {
            0 => () => TryAddRange(key, value),
            1 or 2 => () => TryAdd(key, value),
            5 => () => TryRemoveRange(key),
            6 => () => TryRemove(key, out _),
            7 => () => TryRemovePair(key, value),
            8 => () => GetOrAdd(key, value),
            9 => () => TryExchange(key, value, out _),
            10 => () => TryUpdateOrRemove(key, stays: true),
            11 => () => AddOrUpdate(key, value),
            _ => () => TryGetValue(key, out _),
        };
        ArgumentException? refused = null;
        try
        {
            call();
        }
        catch (ArgumentException exception)
        {
            refused = exception;
        }

        Agree(refused?.ParamName is "key" or "keys", "a key that is too long is not refused");
        Agree(_map.Count == _reference.Count, "a key that is too long changes the map");
    }

    private void EndSnapshot()
    {
        (TextSnapshot<long> snapshot, Dictionary<string, long> expected) = _snapshots.Dequeue();
        using (snapshot)
        {
            int entries = 0;
            foreach (TextEntry<long> entry in snapshot)
            {
                entries++;
                Agree(
                    expected.TryGetValue(Convert.ToHexString(entry.Utf8Key), out long value) && value == entry.Value,
                    "an entry of a snapshot");
            }

            Agree(entries == expected.Count && snapshot.Count == entries, "number of entries of a snapshot");
        }
    }

    private void CheckAll()
    {
        FuzzKey[] keys = [.. FuzzKey.All.Where(static key => !key.IsTooLong)];
        long[] values = new long[keys.Length];
        bool[] found = new bool[keys.Length];
        _map.TryGetValues([.. keys.Select(static key => (ReadOnlyMemory<byte>)key.Bytes)], values, found);
        for (int i = 0; i < keys.Length; i++)
        {
            bool present = _reference.TryGetValue(keys[i].Identity, out long expected);
            Agree(found[i] == present && values[i] == expected, "TryGetValues");
            Agree(keys[i].Text is not { } text || _map.ContainsKey(text) == present, "ContainsKey");
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (TextEntry<long> entry in _map)
        {
            string key = Convert.ToHexString(entry.Utf8Key);
            Agree(
                seen.Add(key) && _reference.TryGetValue(key, out long expected) && entry.Value == expected,
                "enumeration");
        }

        Agree(seen.Count == _reference.Count, "number of entries");
        AgreeInvariants();
    }

    private void AgreeInvariants()
    {
        IReadOnlyList<string> violations = _map.Inner.Shards.FindViolations();
        Agree(violations.Count == 0, string.Join('\n', violations));
    }

    /// <summary>
    /// The system refuses memory: the insert happens or throws, and the map is as before if it throws.
    /// </summary>
    private void RunOutOfMemory(FuzzKey key, long value, bool present)
    {
        FaultInjection.Allocate = static _ => true;
        try
        {
            Agree(TryAdd(key, value) == !present, "TryAdd without memory");
            _reference.TryAdd(key.Identity, value);
        }
        catch (OutOfMemoryException)
        {
            Agree(!present, "TryAdd of a present key needs no memory");
        }
        finally
        {
            FaultInjection.Allocate = null;
        }
    }

    private bool FactoryThrows(FuzzKey key)
    {
        try
        {
            _map.GetOrAdd(key.Bytes, static _ => throw new FuzzException("on purpose"));
            return false;
        }
        catch (FuzzException)
        {
            return true;
        }
    }

    private void RemoveIf(bool condition, FuzzKey key)
    {
        if (condition)
        {
            _reference.Remove(key.Identity);
        }
    }

    private void AddIf(bool condition, FuzzKey key, long value)
    {
        if (condition)
        {
            _reference.Add(key.Identity, value);
        }
    }

    // Each operation with the key as a string, as characters, or as bytes, which any key has.
    private bool TryAdd(FuzzKey key, long value) => (key.Text, _form) switch
    {
        ({ } text, 0) => _map.TryAdd(text, value),
        ({ } text, 1) => _map.TryAdd(text.AsSpan(), value),
        _ => _map.TryAdd(key.Bytes, value),
    };

    private void Set(FuzzKey key, long value)
    {
        switch (key.Text, _form)
        {
            case ({ } text, 0):
                _map[text] = value;
                break;
            case ({ } text, 1):
                _map[text.AsSpan()] = value;
                break;
            default:
                _map[key.Bytes] = value;
                break;
        }
    }

    private int TryAddRange(FuzzKey key, long value) => key.Text is { } text && _form < 2
        ? _map.TryAddRange([text, text], [value, -1])
        : _map.TryAddRange([key.Bytes, key.Bytes], [value, -1]);

    private void SetRange(FuzzKey key, long first, long last)
    {
        if (key.Text is { } text && _form < 2)
        {
            _map.SetRange([text, text], [first, last]);
        }
        else
        {
            _map.SetRange([key.Bytes, key.Bytes], [first, last]);
        }
    }

    private int TryRemoveRange(FuzzKey key) => key.Text is { } text && _form < 2
        ? _map.TryRemoveRange([text, text])
        : _map.TryRemoveRange([key.Bytes, key.Bytes]);

    private bool TryRemove(FuzzKey key, out long value) => (key.Text, _form) switch
    {
        ({ } text, 0) => _map.TryRemove(text, out value),
        ({ } text, 1) => _map.TryRemove(text.AsSpan(), out value),
        _ => _map.TryRemove(key.Bytes, out value),
    };

    private bool TryRemovePair(FuzzKey key, long value) => (key.Text, _form) switch
    {
        ({ } text, 0) => _map.TryRemove(text, value),
        ({ } text, 1) => _map.TryRemove(text.AsSpan(), value),
        _ => _map.TryRemove(key.Bytes, value),
    };

    private long GetOrAdd(FuzzKey key, long value) => (key.Text, _form) switch
    {
        ({ } text, 0) => _map.GetOrAdd(text, value),
        ({ } text, 1) => _map.GetOrAdd(text.AsSpan(), static (_, value) => value, value),
        _ => _map.GetOrAdd(key.Bytes, value),
    };

    private bool TryExchange(FuzzKey key, long value, out long old) => (key.Text, _form) switch
    {
        ({ } text, 0) => _map.TryExchange(text, value, out old),
        ({ } text, 1) => _map.TryExchange(text.AsSpan(), value, out old),
        _ => _map.TryExchange(key.Bytes, value, out old),
    };

    private bool TryUpdateOrRemove(FuzzKey key, bool stays) => (key.Text, _form) switch
    {
        ({ } text, 0) => _map.TryUpdateOrRemove(text, static (ref v, stays) => ++v > 0 && stays, stays),
        ({ } text, 1) => _map.TryUpdateOrRemove(text.AsSpan(), static (ref v, stays) => ++v > 0 && stays, stays),
        _ => _map.TryUpdateOrRemove(key.Bytes, static (ref v, stays) => ++v > 0 && stays, stays),
    };

    private long AddOrUpdate(FuzzKey key, long value) => (key.Text, _form) switch
    {
        ({ } text, 0) => _map.AddOrUpdate(text, static (_, add) => add, static (_, v, add) => v + add, value),
        ({ } text, 1) => _map.AddOrUpdate(
            text.AsSpan(), static (_, add) => add, static (_, v, add) => v + add, value),
        _ => _map.AddOrUpdate(key.Bytes, static (_, add) => add, static (_, v, add) => v + add, value),
    };

    private bool TryGetValue(FuzzKey key, out long value) => (key.Text, _form) switch
    {
        ({ } text, 0) => _map.TryGetValue(text, out value),
        ({ } text, 1) => _map.TryGetValue(text.AsSpan(), out value),
        _ => _map.TryGetValue(key.Bytes, out value),
    };
}
