using System.Text;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Records;

/// <summary>A text map beside a dictionary: performs random operations on both and compares every answer.</summary>
internal sealed class TextMapModel(TextShardMap<long> map, IReadOnlyList<string> keys, Random random)
{
    private readonly Dictionary<string, long> _model = new(StringComparer.Ordinal);

    public void Run(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            Step(keys[random.Next(keys.Count)], random.NextInt64());
            Assert.Equal(_model.Count, map.Count);
        }

        Check();
    }

    /// <summary>Compares all entries, by all forms of lookup.</summary>
    public void Check()
    {
        Assert.Empty(map.Inner.Shards.FindViolations());
        foreach (string key in keys)
        {
            bool expected = _model.TryGetValue(key, out long value);
            Assert.Equal(expected, map.TryGetValue(key, out long byString));
            Assert.Equal(expected, map.TryGetValue(new string(key).AsSpan(), out long byChars));
            Assert.Equal(value, byString);
            Assert.Equal(value, byChars);
        }

        Assert.Equal(_model.Count, map.Count);
        Dictionary<string, long> entries = new(StringComparer.Ordinal);
        foreach (TextEntry<long> entry in map)
        {
            entries.Add(entry.KeyToString(), entry.Value);
        }

        AssertSame(entries);
    }

    private void Step(string key, long value)
    {
        bool present = _model.TryGetValue(key, out long old);
        switch (random.Next(9))
        {
            case 0:
                Assert.Equal(!present, map.TryAdd(key, value));
                _model.TryAdd(key, value);
                break;
            case 1:
                map[key] = value;
                _model[key] = value;
                break;
            case 2 or 3:
                Assert.Equal(present, map.TryRemove(key, out long removed));
                Assert.Equal(old, removed);
                _model.Remove(key);
                break;
            case 4:
                Assert.Equal(present, map.TryUpdate(key, value, old));
                if (present)
                {
                    _model[key] = value;
                }

                break;
            case 5:
                Assert.Equal(present ? old : key.Length, map.GetOrAdd(key, static (k, add) => k.Length + add, 0L));
                _model.TryAdd(key, key.Length);
                break;
            case 6:
                long expected = present ? old ^ 3 : value;
                Assert.Equal(expected, map.AddOrUpdate(key, value, static (v, arg) => v ^ arg, 3));
                _model[key] = expected;
                break;
            case 7:
                byte[] utf8 = Encoding.UTF8.GetBytes(key);
                bool isUtf8 = string.Equals(Encoding.UTF8.GetString(utf8), key, StringComparison.Ordinal);
                Assert.Equal(present && isUtf8, isUtf8 && map.TryGetValue(utf8, out long byBytes) && byBytes == old);
                break;
            default:
                Assert.Equal(present, map.ContainsKey(key));
                Assert.Equal(present, map.TryGetValue(key.AsSpan(), out long byChars));
                Assert.Equal(old, byChars);
                break;
        }
    }

    private void AssertSame(Dictionary<string, long> entries)
    {
        Assert.Equal(_model.Count, entries.Count);
        foreach ((string key, long value) in _model)
        {
            Assert.True(entries.TryGetValue(key, out long other) && other == value);
        }
    }
}
