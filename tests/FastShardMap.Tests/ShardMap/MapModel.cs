namespace FastShardMap.Tests;

/// <summary>A map beside a dictionary: performs commands on both and compares every answer.</summary>
internal sealed class MapModel<THasher>(ShardMap<ulong, ulong, THasher> map, Func<int, ulong> keyOf) : IDisposable
    where THasher : struct, IKeyHasher<ulong>
{
    private readonly Dictionary<ulong, ulong> _model = [];
    private readonly HashSet<ulong> _seen = [];
    private readonly HashSet<ulong> _presentThroughout = [];
    private ShardMap<ulong, ulong, THasher>.Enumerator _enumerator = map.GetEnumerator();

    public void Run(IEnumerable<ModelCommand> commands)
    {
        foreach (ModelCommand command in commands)
        {
            Perform(command);
            _presentThroughout.IntersectWith(_model.Keys);
            Assert.Equal(_model.Count, map.Count);
        }

        FinishEnumeration();
        AssertSame(map);
        Assert.Empty(map.Shards.FindViolations());
        for (int key = 0; key < ModelCommand.Keys; key++)
        {
            AssertSame(keyOf(key));
        }
    }

    public void Dispose()
    {
        _enumerator.Dispose();
        map.Dispose();
    }

    // Not Assert.Equal: it compares pairs by reflection, which is slow, and slower under emulation.
    private void AssertSame(IEnumerable<KeyValuePair<ulong, ulong>> entries) =>
        Assert.True(
            _model.OrderBy(static entry => entry.Key).SequenceEqual(entries.OrderBy(static entry => entry.Key)),
            "The entries are not those of the dictionary.");

    private void Perform(ModelCommand command)
    {
        ulong key = keyOf(command.Key);
        ulong value = (ulong)command.Value;
        bool present = _model.TryGetValue(key, out ulong old);
        switch (command.Step)
        {
            case ModelStep.Set:
                map[key] = _model[key] = value;
                break;
            case ModelStep.TryAdd:
                Assert.Equal(_model.TryAdd(key, value), map.TryAdd(key, value));
                break;
            case ModelStep.TryRemove:
                Assert.Equal(_model.Remove(key), map.TryRemove(key, out ulong removed));
                Assert.Equal(old, removed);
                break;
            case ModelStep.TryRemovePair:
                Assert.Equal(present && old == value, map.TryRemove(KeyValuePair.Create(key, value)));
                if (present && old == value)
                {
                    _model.Remove(key);
                }

                break;
            case ModelStep.TryUpdate:
                ulong comparison = value % 2 == 0 ? old : value;
                Assert.Equal(present && old == comparison, map.TryUpdate(key, value, comparison));
                if (present && old == comparison)
                {
                    _model[key] = value;
                }

                break;
            case ModelStep.TryExchange:
                Assert.Equal(present, map.TryExchange(key, value, out ulong exchanged));
                Assert.Equal(old, exchanged);
                if (present)
                {
                    _model[key] = value;
                }

                break;
            case ModelStep.GetOrAdd:
                _model.TryAdd(key, value);
                Assert.Equal(_model[key], map.GetOrAdd(key, static (_, argument) => argument, value));
                break;
            case ModelStep.AddOrUpdate:
                _model[key] = present ? old + value : value;
                Assert.Equal(
                    _model[key],
                    map.AddOrUpdate(
                        key,
                        static (_, argument) => argument,
                        static (_, current, argument) => current + argument,
                        value));
                break;
            case ModelStep.UpdateOrRemove:
                Assert.Equal(
                    present,
                    map.TryUpdateOrRemove(
                        key, static (ref ulong current, ulong argument) => (current += argument) % 2 == 0, value));
                if (present && (_model[key] = old + value) % 2 != 0)
                {
                    _model.Remove(key);
                }

                break;
            case ModelStep.Increment:
                Assert.Equal(old + 1, map.Increment(key));
                _model[key] = old + 1;
                break;
            default:
                PerformMany(command);
                break;
        }

        AssertSame(key);
    }

    private void PerformMany(ModelCommand command)
    {
        switch (command.Step)
        {
            case >= ModelStep.TryAddRange and <= ModelStep.AddDeltaRange:
                PerformRange(command);
                break;
            case ModelStep.AddMany:
                foreach (ulong key in KeysFrom(command))
                {
                    map[key] = _model[key] = (ulong)command.Value;
                }

                break;
            case ModelStep.RemoveMany:
                foreach (ulong key in KeysFrom(command))
                {
                    Assert.Equal(_model.Remove(key), map.TryRemove(key, out _));
                }

                break;
            case ModelStep.TryGetValues:
                ulong[] keys = [.. KeysFrom(command)];
                ulong[] values = new ulong[keys.Length];
                bool[] found = new bool[keys.Length];
                Assert.Equal(keys.Count(_model.ContainsKey), map.TryGetValues(keys, values, found));
                Assert.Equal(keys.Select(key => _model.GetValueOrDefault(key)), values);
                Assert.Equal(keys.Select(_model.ContainsKey), found);
                break;
            case ModelStep.StepEnumerator:
                StepEnumerator(command.Value % 20);
                break;
            case ModelStep.RestartEnumerator:
                FinishEnumeration();
                break;
            case ModelStep.ToArray:
                AssertSame(map.ToArray());
                Assert.Empty(map.Shards.FindViolations());
                break;
            case ModelStep.Clear:
                map.Clear();
                _model.Clear();
                break;
            case ModelStep.TrimExcess:
                map.TrimExcess();
                break;
            case ModelStep.EnsureCapacity:
                map.EnsureCapacity(command.Value);
                Assert.InRange(map.Capacity, command.Value, long.MaxValue);
                break;
            default:
                throw new InvalidOperationException($"No such step: {command.Step}.");
        }
    }

    private void PerformRange(ModelCommand command)
    {
        // Every key is there twice: the order within a range counts.
        ulong[] keys = [.. KeysFrom(command).SelectMany(static key => (ulong[])[key, key])];
        ulong[] values = [.. keys.Select((_, i) => (ulong)(command.Value + i))];
        bool[] done = new bool[keys.Length];
        bool[] expected = new bool[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            switch (command.Step)
            {
                case ModelStep.TryAddRange:
                    expected[i] = _model.TryAdd(keys[i], values[i]);
                    break;
                case ModelStep.TryRemoveRange:
                    expected[i] = _model.Remove(keys[i]);
                    break;
                case ModelStep.SetRange:
                    _model[keys[i]] = values[i];
                    break;
                default:
                    _model[keys[i]] = _model.GetValueOrDefault(keys[i]) + values[i];
                    break;
            }
        }

        int count = expected.Count(static one => one);
        switch (command.Step)
        {
            case ModelStep.TryAddRange:
                Assert.Equal(count, map.TryAddRange(keys, values, done));
                break;
            case ModelStep.TryRemoveRange:
                Assert.Equal(count, map.TryRemoveRange(keys, done));
                break;
            case ModelStep.SetRange:
                map.SetRange(keys, values);
                break;
            default:
                map.AddDeltaRange(keys, values);
                break;
        }

        Assert.Equal(expected, done);
    }

    private IEnumerable<ulong> KeysFrom(ModelCommand command) =>
        Enumerable.Range(command.Key, command.Value % 40).Select(key => keyOf(key % ModelCommand.Keys));

    // Nothing is seen twice, not even what was removed and added again: its hash is passed once.
    private bool StepEnumerator(int steps)
    {
        for (; steps > 0; steps--)
        {
            if (!_enumerator.MoveNext())
            {
                return false;
            }

            Assert.True(_seen.Add(_enumerator.Current.Key), $"The key {_enumerator.Current.Key} is seen twice.");
        }

        return true;
    }

    private void FinishEnumeration()
    {
        while (StepEnumerator(100))
        {
            // To the end.
        }

        _presentThroughout.ExceptWith(_seen);
        Assert.Empty(_presentThroughout);
        _seen.Clear();
        _presentThroughout.UnionWith(_model.Keys);
        _enumerator.Reset();
    }

    private void AssertSame(ulong key)
    {
        Assert.Equal(_model.TryGetValue(key, out ulong expected), map.TryGetValue(key, out ulong actual));
        Assert.Equal(expected, actual);
    }
}
