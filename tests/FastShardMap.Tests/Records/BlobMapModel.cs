using System.Buffers;
using System.Text;

namespace FastShardMap.Tests.Records;

/// <summary>Performs random operations on a map and on a dictionary, and compares the results.</summary>
internal sealed class BlobMapModel(BlobShardMap map, string[] keys, int[] lengths, Random random)
{
    private readonly Dictionary<string, byte[]> _expected = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _versions = new(StringComparer.Ordinal);
    private byte[] _room = new byte[64];
    private int _number;

    public Dictionary<string, byte[]> Expected => _expected;

    public void Run(int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            Step(keys[random.Next(keys.Length)]);
        }

        Check();
    }

    /// <summary>Compares the whole content.</summary>
    public void Check()
    {
        Assert.Equal(_expected.Count, map.Count);
        Assert.Empty(map.Inner.Shards.FindViolations());
        foreach (string key in keys)
        {
            CheckValue(key);
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (BlobEntry entry in map)
        {
            string key = entry.KeyToString();
            Assert.True(seen.Add(key));
            Assert.True(entry.Value.SequenceEqual(_expected[key]));
            Assert.True(map.TryGetValue(key, _room, out _, out long version) || _room.Length < entry.Value.Length);
            Assert.Equal(version, entry.Version);
        }

        Assert.Equal(_expected.Count, seen.Count);
    }

    private void Step(string key)
    {
        bool present = _expected.TryGetValue(key, out byte[]? old);
        byte[] value = BlobBytes.Create(_number++, lengths[random.Next(lengths.Length)]);
        switch (random.Next(18))
        {
            case 0 or 1:
                if (random.Next(2) == 0)
                {
                    map.Set(key, value);
                }
                else
                {
                    map.Set(Encoding.UTF8.GetBytes(key), value);
                }

                _expected[key] = value;
                break;
            case 2:
                Assert.Equal(!present, map.TryAdd(key, value));
                _expected.TryAdd(key, value);
                break;
            case 3:
                Assert.Equal(present, map.TryRemove(key));
                _expected.Remove(key);
                break;
            case 4:
                RemoveWithValue(key, old);
                break;
            case 5:
                Assert.Equal(present, map.TryUpdate(key, value, old ?? value));
                Replace(key, present, value);
                break;
            case 6 when present && old!.Length > 0:
                byte[] other = [.. old];
                other[random.Next(other.Length)] ^= 1;
                Assert.False(map.TryUpdate(key, value, other));
                Assert.False(map.TryUpdate(key, value, old.AsSpan(1)));
                break;
            case 7:
                long version = VersionOf(key, present);
                Assert.False(map.TryUpdate(key, value, version + 1));
                Assert.Equal(present, map.TryUpdate(key, value, version));
                Replace(key, present, value);
                Assert.Equal(present, VersionOf(key, present) != version);
                Assert.False(map.TryUpdate(key, value, version));
                break;
            case 8:
                long seen = VersionOf(key, present);
                Assert.False(map.TryRemove(key, seen + 1));
                Assert.Equal(present, map.TryRemove(key, seen));
                _expected.Remove(key);
                break;
            case 9:
                LoadOrStore(key, old, value);
                break;
            case 10:
                LoadOrCreate(key, old, value);
                break;
            case 11:
                StepWithDeadline(key, old, value);
                break;
            case 12:
                StepRange();
                break;
            case 13:
                StepExclusive(key, old, value);
                break;
            default:
                CheckValue(key);
                break;
        }
    }

    private void LoadOrStore(string key, byte[]? old, byte[] value)
    {
        byte[] expected = old ?? value;
        _expected[key] = expected;
        byte[] room = new byte[random.Next(1 + (2 * expected.Length))];
        bool fits = room.Length >= expected.Length;
        int length;
        Assert.Equal(
            fits,
            random.Next(2) == 0
                ? map.GetOrAdd(key, value, room, out length)
                : map.GetOrAdd(Encoding.UTF8.GetBytes(key), value, room, out length));
        Assert.Equal(expected.Length, length);
        Assert.True(!fits || room.AsSpan(0, length).SequenceEqual(expected));
    }

    private void LoadOrCreate(string key, byte[]? old, byte[] value)
    {
        ArrayBufferWriter<byte> writer = new();
        bool added = random.Next(3) switch
        {
            0 => map.GetOrAdd(key, value, writer),
            1 => map.GetOrAdd(
                key,
                static (chars, output, arg) =>
                {
                    Assert.Equal(arg.Key, chars.ToString());
                    output.Write(arg.Value);
                },
                (Key: key, Value: value),
                writer),
            _ => map.GetOrAdd(
                Encoding.UTF8.GetBytes(key),
                static (bytes, output, arg) =>
                {
                    Assert.Equal(arg.Key, Encoding.UTF8.GetString(bytes));
                    output.Write(arg.Value);
                },
                (Key: key, Value: value),
                writer),
        };
        Assert.Equal(old is null, added);
        _expected[key] = old ?? value;
        Assert.True(writer.WrittenSpan.SequenceEqual(_expected[key]));
    }

    private void StepWithDeadline(string key, byte[]? old, byte[] value)
    {
        TimeSpan timeout = TimeSpan.FromMinutes(1);
        DeadlineResult whether = old is null ? DeadlineResult.NotApplicable : DeadlineResult.Done;
        switch (random.Next(5))
        {
            case 0:
                Assert.Equal(
                    old is null ? DeadlineResult.Done : DeadlineResult.NotApplicable, map.TryAdd(key, value, timeout));
                _expected.TryAdd(key, value);
                break;
            case 1:
                Assert.Equal(DeadlineResult.Done, map.TrySet(Encoding.UTF8.GetBytes(key), value, timeout));
                _expected[key] = value;
                break;
            case 2:
                Assert.Equal(whether, map.TryUpdate(key, value, old ?? value, timeout));
                Replace(key, old is not null, value);
                break;
            case 3:
                long version = VersionOf(key, old is not null);
                Assert.Equal(DeadlineResult.NotApplicable, map.TryUpdate(key, value, version + 1, timeout));
                Assert.Equal(DeadlineResult.NotApplicable, map.TryRemove(key, version + 1, timeout));
                Assert.Equal(whether, map.TryUpdate(key, value, version, timeout));
                Replace(key, old is not null, value);
                break;
            default:
                Assert.Equal(DeadlineResult.Canceled, map.TryRemove(key, timeout, new CancellationToken(true)));
                byte[] room = new byte[old?.Length ?? 0];
                Assert.Equal(whether, map.TryRemove(key, room, out int length, timeout));
                Assert.Equal(old?.Length ?? -1, length);
                Assert.True(room.AsSpan().SequenceEqual(old));
                Assert.Equal(DeadlineResult.NotApplicable, map.TryRemove(key, timeout));
                _expected.Remove(key);
                break;
        }
    }

    private void StepRange()
    {
        string[] some = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => keys[random.Next(keys.Length)])];
        ReadOnlyMemory<byte>[] values =
        [
            .. some.Select(_ => (ReadOnlyMemory<byte>)BlobBytes.Create(
                _number++, lengths[random.Next(lengths.Length)])),
        ];
        bool[] flags = new bool[some.Length];
        switch (random.Next(4))
        {
            case 0:
                int added = map.TryAddRange(some, values, flags);
                Assert.Equal(flags.Count(static flag => flag), added);
                Assert.Equal(some.Select((key, i) => _expected.TryAdd(key, values[i].ToArray())), flags);
                break;
            case 1:
                map.SetRange([.. some.Select(static key => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(key))], values);
                for (int i = 0; i < some.Length; i++)
                {
                    _expected[some[i]] = values[i].ToArray();
                }

                break;
            case 2:
                Assert.Equal(some.Distinct().Count(_expected.ContainsKey), map.TryRemoveRange(some, flags));
                Assert.Equal(some.Select(_expected.Remove), flags);
                break;
            default:
                ArrayBufferWriter<byte> writer = new();
                int[] found = new int[some.Length];
                Assert.Equal(some.Count(_expected.ContainsKey), map.TryGetValues(some, writer, found));
                Assert.Equal(some.Select(key => _expected.TryGetValue(key, out byte[]? it) ? it.Length : -1), found);
                Assert.Equal(
                    some.SelectMany(key => _expected.GetValueOrDefault(key, [])), writer.WrittenSpan.ToArray());
                break;
        }
    }

    private void StepExclusive(string key, byte[]? old, byte[] value)
    {
        using BlobShardMapExclusive phase = map.EnterExclusive();
        Assert.Equal(
            old is null,
            random.Next(2) == 0
                ? phase.GetOrAdd(key, value, out ReadOnlySpan<byte> stored)
                : phase.GetOrAdd(key, static (_, output, bytes) => output.Write(bytes), value, out stored));
        Assert.True(stored.SequenceEqual(old ?? value));
        Assert.True(phase.TryGetValue(Encoding.UTF8.GetBytes(key), out ReadOnlySpan<byte> read, out long version));
        Assert.True(read.SequenceEqual(old ?? value));
        byte[] other = BlobBytes.Create(_number++, value.Length);
        Assert.True(phase.TryUpdate(key, other, version));
        Assert.False(phase.TryUpdate(key, value, version));
        Assert.True(phase.TryUpdate(key, value, other));
        Assert.False(phase.TryAdd(key, other));
        if (random.Next(2) == 0)
        {
            phase.Set(key, other);
            _expected[key] = other;
        }
        else
        {
            Assert.True(phase.TryRemove(key, other, out int length));
            Assert.Equal(value.Length, length);
            Assert.False(phase.ContainsKey(key));
            _expected.Remove(key);
        }
    }

    private void Replace(string key, bool present, byte[] value)
    {
        if (present)
        {
            _expected[key] = value;
        }
    }

    private void RemoveWithValue(string key, byte[]? old)
    {
        byte[] room = new byte[random.Next(1 + (2 * (old?.Length ?? 1)))];
        bool fits = old is not null && room.Length >= old.Length;
        Assert.Equal(fits, map.TryRemove(key, room, out int length));
        Assert.Equal(old?.Length ?? -1, length);
        if (fits)
        {
            Assert.True(room.AsSpan(0, length).SequenceEqual(old));
            _expected.Remove(key);
        }
        else
        {
            Assert.True(room.AsSpan().IndexOfAnyExcept((byte)0) < 0);
        }
    }

    private long VersionOf(string key, bool present)
    {
        bool found = map.TryGetValue(key, default, out int length, out long version);
        Assert.Equal(present, length >= 0);
        Assert.Equal(present, version != 0);
        Assert.Equal(length == 0, found);
        Assert.True(version == 0 || version >= _versions.GetValueOrDefault(key));
        _versions[key] = Math.Max(version, _versions.GetValueOrDefault(key));
        return version;
    }

    private void CheckValue(string key)
    {
        bool present = _expected.TryGetValue(key, out byte[]? value);
        int expectedLength = present ? value!.Length : -1;
        Assert.Equal(present, map.ContainsKey(key));
        Assert.Equal(present, map.TryGetLength(key, out int length));
        Assert.Equal(expectedLength, length);
        if (_room.Length <= expectedLength)
        {
            _room = new byte[expectedLength + 100];
        }

        // A byte behind the destination must stay.
        _room.AsSpan().Fill(0xA5);
        bool found = random.Next(2) == 0
            ? map.TryGetValue(key, _room.AsSpan(0, Math.Max(0, expectedLength)), out length)
            : map.TryGetValue(Encoding.UTF8.GetBytes(key), _room.AsSpan(0, Math.Max(0, expectedLength)), out length);
        Assert.Equal(present, found);
        Assert.Equal(expectedLength, length);
        Assert.Equal(0xA5, _room[Math.Max(0, expectedLength)]);
        Assert.True(!present || _room.AsSpan(0, length).SequenceEqual(value));
        if (present && length > 0)
        {
            _room.AsSpan().Fill(0xA5);
            Assert.False(map.TryGetValue(key, _room.AsSpan(0, length - 1), out int needed));
            Assert.Equal(length, needed);
            Assert.True(_room.AsSpan(0, length).IndexOfAnyExcept((byte)0xA5) < 0);
        }

        ArrayBufferWriter<byte> writer = new();
        Assert.Equal(present, map.TryGetValue(key, writer));
        Assert.True(writer.WrittenSpan.SequenceEqual(value));
    }
}
