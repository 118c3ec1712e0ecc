namespace FastShardMap.Tests.Records;

/// <summary>Keys and values of text and byte maps as collections of the framework.</summary>
public sealed class KeysAndValuesTests
{
    private static readonly string[] s_keys = ["", "short", new string('k', 40), "\ud800", new string('ü', 300)];

    [Fact]
    public void KeysAndValues_OfText_AreThoseOfTheEntries()
    {
        using TextShardMap<int> map = new(new ShardMapOptions { ShardCount = 2 });
        for (int i = 0; i < s_keys.Length; i++)
        {
            map[s_keys[i]] = i;
        }

        Assert.Equal(s_keys.Order(StringComparer.Ordinal), map.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Enumerable.Range(0, s_keys.Length), map.Values.Order());
        TextSnapshot<int> snapshot = map.Snapshot();
        IEnumerable<string> keys = map.Keys;
        map.TryRemove("short", out _);
        Assert.DoesNotContain("short", keys);
        Assert.Equal(s_keys.Order(StringComparer.Ordinal), snapshot.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Enumerable.Range(0, s_keys.Length), snapshot.Values.Order());
        keys = snapshot.Keys;
        snapshot.Dispose();
        Assert.Throws<ObjectDisposedException>(() => snapshot.Keys);
        Assert.Throws<ObjectDisposedException>(() => snapshot.Values);
        Assert.Throws<ObjectDisposedException>(() => keys.Count());
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.Keys);
        Assert.Throws<ObjectDisposedException>(() => map.Values);
    }

    [Fact]
    public void KeysAndValues_OfBytes_AreThoseOfTheEntries()
    {
        using BytesShardMap<int> map = new(new ShardMapOptions { ShardCount = 2 });
        int[] lengths = [0, 1, 15, 16, 64, 65, 300];
        foreach (int length in lengths)
        {
            map[new byte[length]] = length;
        }

        using BytesSnapshot<int> snapshot = map.Snapshot();
        Assert.Equal(lengths, map.Keys.Select(static key => key.Length).Order());
        Assert.Equal(lengths, map.Values.Order());
        Assert.Equal(lengths, snapshot.Keys.Select(static key => key.Length).Order());
        Assert.Equal(lengths, snapshot.Values.Order());
    }

    [Fact]
    public void ToDictionary_OfBytes_ComparesContent()
    {
        using BytesShardMap<int> map = new(new ShardMapOptions { ShardCount = 1 });
        for (int i = 0; i < 500; i++)
        {
            map[BitConverter.GetBytes((long)i << (i % 40))] = i;
        }

        Dictionary<byte[], int> copy = map.ToDictionary();
        Assert.Equal(map.Count, copy.Count);
        foreach (BytesEntry<int> entry in map)
        {
            Assert.Equal(entry.Value, copy[entry.Key.ToArray()]);
            Assert.Equal(entry.Value, copy.GetAlternateLookup<ReadOnlySpan<byte>>()[entry.Key]);
        }

        Assert.False(copy.ContainsKey([1, 2, 3]));
        copy.GetAlternateLookup<ReadOnlySpan<byte>>()["new"u8] = 7;
        Assert.Equal(7, copy["new"u8.ToArray()]);
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(map.ToDictionary);
    }
}
