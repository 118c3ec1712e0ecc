using FastShardMap.Records;

namespace FastShardMap.Tests.Records;

/// <summary>A text map beside a dictionary: performs random operations of all kinds, with keys in all forms, and
/// compares every answer.</summary>
internal sealed class TextApiModel(TextShardMap<long> map, IReadOnlyList<string> keys, Random random)
{
    private readonly Dictionary<string, long> _model = new(StringComparer.Ordinal);

    /// <summary>Whether the operations for many keys take part.</summary>
    public bool HasRanges { get; init; } = true;

    public IReadOnlyDictionary<string, long> Expected => _model;

    public void Run(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            if (HasRanges && random.Next(16) == 0)
            {
                StepRange();
            }
            else
            {
                Step(keys[random.Next(keys.Count)], random.NextInt64(1_000));
            }

            Assert.Equal(_model.Count, map.Count);
        }

        Check(map);
    }

    /// <summary>Compares all entries of a map.</summary>
    public void Check(TextShardMap<long> other)
    {
        Assert.Empty(other.Inner.Shards.FindViolations());
        Dictionary<string, long> entries = other.ToDictionary();
        Assert.Equal(_model.Count, entries.Count);
        foreach ((string key, long value) in _model)
        {
            Assert.Equal(value, entries[key]);
            Assert.Equal(value, other[key]);
            Assert.Equal(value, other[Utf8Of(key)]);
        }
    }

    private static byte[] Utf8Of(string key)
    {
        byte[] bytes = new byte[key.Length * Wtf8.MaxBytesPerChar];
        return bytes[..Wtf8.Encode(key, bytes)];
    }

    // The forms of a key: a string, characters, and bytes.
    private T As<T>(string key, Func<string, T> byString, Func<string, T> byChars, Func<byte[], T> byBytes) =>
        random.Next(3) switch
        {
            0 => byString(new string(key)),
            1 => byChars(key),
            _ => byBytes(Utf8Of(key)),
        };

    private void Step(string key, long value)
    {
        bool present = _model.TryGetValue(key, out long old);
        long result;
        switch (random.Next(20))
        {
            case 0:
                Assert.Equal(!present, As(
                    key, k => map.TryAdd(k, value), k => map.TryAdd(k.AsSpan(), value), k => map.TryAdd(k, value)));
                _model.TryAdd(key, value);
                break;
            case 1:
                result = As(
                    key,
                    k => map.TryExchange(k, value, out long before) ? before : -1,
                    k => map.TryExchange(k.AsSpan(), value, out long before) ? before : -1,
                    k => map.TryExchange(k, value, out long before) ? before : -1);
                Assert.Equal(present ? old : -1, result);
                StoreIf(present, key, value);
                break;
            case 2:
                Assert.Equal(present && old == value % 3, As(
                    key,
                    k => map.TryRemove(k, value % 3),
                    k => map.TryRemove(k.AsSpan(), value % 3),
                    k => map.TryRemove(k, value % 3)));
                RemoveIf(present && old == value % 3, key);
                break;
            case 3:
                Assert.Equal(present, As(
                    key,
                    k => map.TryRemove(k, out long removed) && removed == old,
                    k => map.TryRemove(k.AsSpan(), out long removed) && removed == old,
                    k => map.TryRemove(k, out long removed) && removed == old));
                RemoveIf(present, key);
                break;
            case 4:
                result = As(
                    key,
                    k => map.GetOrAdd(k, static item => item.Length),
                    k => map.GetOrAdd(k.AsSpan(), static item => item.Length),
                    k => map.GetOrAdd(k, item => key.Length));
                Assert.Equal(present ? old : key.Length, result);
                _model.TryAdd(key, key.Length);
                break;
            case 5:
                result = As(
                    key,
                    k => map.GetOrAdd(k, static (_, add) => add, value),
                    k => map.GetOrAdd(k.AsSpan(), static (_, add) => add, value),
                    k => map.GetOrAdd(k, static (_, add) => add, value));
                Assert.Equal(present ? old : value, result);
                _model.TryAdd(key, value);
                break;
            case 6:
                result = As(
                    key,
                    k => map.AddOrUpdate(k, value, static (item, v) => v + item.Length),
                    k => map.AddOrUpdate(k.AsSpan(), value, static (item, v) => v + item.Length),
                    k => map.AddOrUpdate(k, value, (_, v) => v + key.Length));
                Expect(result, key, present ? old + key.Length : value);
                break;
            case 7:
                result = As(
                    key,
                    k => map.AddOrUpdate(k, static item => item.Length, static (_, v) => v ^ 1),
                    k => map.AddOrUpdate(k.AsSpan(), static item => item.Length, static (_, v) => v ^ 1),
                    k => map.AddOrUpdate(k, _ => key.Length, static (_, v) => v ^ 1));
                Expect(result, key, present ? old ^ 1 : key.Length);
                break;
            case 8:
                result = As(
                    key,
                    k => map.AddOrUpdate(k, static (_, add) => add, static (_, v, add) => v + add, value),
                    k => map.AddOrUpdate(k.AsSpan(), static (_, add) => add, static (_, v, add) => v + add, value),
                    k => map.AddOrUpdate(k, static (_, add) => add, static (_, v, add) => v + add, value));
                Expect(result, key, old + value);
                break;
            case 9:
                Assert.Equal(present, As(
                    key,
                    k => map.TryUpdate(k, static (ref v, add) => v += add, value),
                    k => map.TryUpdate(k.AsSpan(), static (ref v, add) => v += add, value),
                    k => map.TryUpdate(k, static (ref v, add) => v += add, value)));
                StoreIf(present, key, old + value);
                break;
            case 10:
                bool keep = value % 2 == 0;
                Assert.Equal(present, As(
                    key,
                    k => map.TryUpdateOrRemove(k, static (ref v, stays) => ++v > 0 && stays, keep),
                    k => map.TryUpdateOrRemove(k.AsSpan(), static (ref v, stays) => ++v > 0 && stays, keep),
                    k => map.TryUpdateOrRemove(k, static (ref v, stays) => ++v > 0 && stays, keep)));
                StoreIf(present && keep, key, old + 1);
                RemoveIf(present && !keep, key);
                break;
            case 11:
                result = As(
                    key,
                    k => map.AddDelta(k, value),
                    k => map.AddDelta(k.AsSpan(), value),
                    k => map.AddDelta(k, value));
                Expect(result, key, old + value);
                break;
            case 12:
                result = As(key, k => map.Increment(k), k => map.Increment(k.AsSpan()), k => map.Increment(k));
                Expect(result, key, old + 1);
                break;
            default:
                StepTimed(key, value, present, old);
                break;
        }
    }

    private void StepTimed(string key, long value, bool present, long old)
    {
        TimeSpan wait = TimeSpan.FromMinutes(1);
        DeadlineResult result;
        switch (random.Next(5))
        {
            case 0:
                result = As(
                    key,
                    k => map.TryAdd(k, value, wait),
                    k => map.TryAdd(k.AsSpan(), value, wait),
                    k => map.TryAdd(k, value, wait));
                Assert.Equal(present ? DeadlineResult.NotApplicable : DeadlineResult.Done, result);
                _model.TryAdd(key, value);
                break;
            case 1:
                result = As(
                    key,
                    k => map.TrySet(k, value, wait),
                    k => map.TrySet(k.AsSpan(), value, wait),
                    k => map.TrySet(k, value, wait));
                Assert.Equal(DeadlineResult.Done, result);
                _model[key] = value;
                break;
            case 2:
                result = As(
                    key,
                    k => map.TryUpdate(k, value, old, wait),
                    k => map.TryUpdate(k.AsSpan(), value, old, wait),
                    k => map.TryUpdate(k, value, old, wait));
                Assert.Equal(present ? DeadlineResult.Done : DeadlineResult.NotApplicable, result);
                StoreIf(present, key, value);
                break;
            case 3:
                result = As(
                    key,
                    k => map.TryRemove(k, out _, wait),
                    k => map.TryRemove(k.AsSpan(), out _, wait),
                    k => map.TryRemove(k, out _, wait));
                Assert.Equal(present ? DeadlineResult.Done : DeadlineResult.NotApplicable, result);
                RemoveIf(present, key);
                break;
            default:
                Assert.Equal(present, As(
                    key, k => map.ContainsKey(k), k => map.ContainsKey(k.AsSpan()), k => map.ContainsKey(k)));
                map.Prefetch(key);
                break;
        }
    }

    private void StepRange()
    {
        string[] some = [.. Enumerable.Range(0, random.Next(300)).Select(_ => keys[random.Next(keys.Count)])];
        ReadOnlyMemory<byte>[] bytes = [.. some.Select(key => (ReadOnlyMemory<byte>)Utf8Of(key))];
        long[] values = [.. some.Select(_ => random.NextInt64(1_000))];
        bool[] flags = new bool[some.Length];
        bool byString = random.Next(2) == 0;
        int count = 0;
        switch (random.Next(5))
        {
            case 0:
                long[] read = new long[some.Length];
                int hits = byString ? map.TryGetValues(some, read, flags) : map.TryGetValues(bytes, read, flags);
                Assert.Equal(flags.Count(static found => found), hits);
                for (int i = 0; i < some.Length; i++)
                {
                    Assert.Equal(_model.TryGetValue(some[i], out long value), flags[i]);
                    Assert.Equal(value, read[i]);
                }

                break;
            case 1:
                int added = byString ? map.TryAddRange(some, values, flags) : map.TryAddRange(bytes, values, flags);
                for (int i = 0; i < some.Length; i++)
                {
                    Assert.Equal(_model.TryAdd(some[i], values[i]), flags[i]);
                    count += flags[i] ? 1 : 0;
                }

                Assert.Equal(count, added);
                break;
            case 2:
                if (byString)
                {
                    map.SetRange(some, values);
                }
                else
                {
                    map.SetRange(bytes, values);
                }

                for (int i = 0; i < some.Length; i++)
                {
                    _model[some[i]] = values[i];
                }

                break;
            case 3:
                string[] few = some[..(some.Length / 4)];
                int removed = byString
                    ? map.TryRemoveRange(few, flags)
                    : map.TryRemoveRange(bytes.AsSpan(0, few.Length), flags);
                Assert.Equal(few.Distinct(StringComparer.Ordinal).Count(_model.ContainsKey), removed);
                for (int i = 0; i < few.Length; i++)
                {
                    Assert.Equal(_model.Remove(few[i]), flags[i]);
                }

                break;
            default:
                if (byString)
                {
                    map.AddDeltaRange(some, values);
                    map.AddDeltaRange(some, 1L);
                }
                else
                {
                    map.AddDeltaRange(bytes, values);
                    map.AddDeltaRange(bytes, 1L);
                }

                for (int i = 0; i < some.Length; i++)
                {
                    _model[some[i]] = _model.GetValueOrDefault(some[i]) + values[i] + 1;
                }

                break;
        }
    }

    private void Expect(long result, string key, long expected)
    {
        Assert.Equal(expected, result);
        _model[key] = expected;
    }

    private void StoreIf(bool condition, string key, long value)
    {
        if (condition)
        {
            _model[key] = value;
        }
    }

    private void RemoveIf(bool condition, string key)
    {
        if (condition)
        {
            _model.Remove(key);
        }
    }
}
