using System.Text;

namespace FastShardMap.Tests.Records;

/// <summary>Operations on many keys, and additions, in exclusive phases of text and byte maps.</summary>
public sealed class TextExclusiveRangeTests
{
    private const int Keys = 400; // more than are presented at once

    [Fact]
    public void Ranges_OfText_AgreeWithADictionary()
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 2 });
        string[] keys = [.. Enumerable.Range(0, Keys).Select(KeyOf)];
        ReadOnlyMemory<byte>[] bytes = [.. keys.Select(static key => (ReadOnlyMemory<byte>)Utf8Of(key))];
        long[] values = [.. Enumerable.Range(0, Keys).Select(static i => (long)i)];
        long[] read = new long[Keys];
        bool[] flags = new bool[Keys];
        using (TextShardMapExclusive<long> phase = map.EnterExclusive())
        {
            Assert.Equal(Keys, phase.TryAddRange(keys, values));
            Assert.Equal(0, phase.TryAddRange(bytes, values, flags));
            Assert.DoesNotContain(true, flags);
            Assert.Equal(Keys, phase.TryGetValues(bytes, read, flags));
            Assert.Equal(values, read);
            phase.SetRange(keys, [.. values.Select(static value => value * 2)]);
            Assert.Equal(10, phase.TryRemoveRange(bytes.AsSpan(0, 10)));
            Assert.Equal(5, phase.TryRemoveRange(keys.AsSpan(5, 10), flags));
            Assert.Equal([false, false, false, false, false, true, true, true, true, true], flags[..10]);
            Assert.Equal(Keys - 15, phase.TryGetValues(keys, read, flags));
            Assert.Equal(Enumerable.Range(0, Keys).Select(static i => i < 15 ? 0L : i * 2L), read);
            Assert.Throws<ArgumentException>(() => phase.TryAddRange(keys, values.AsSpan(1)));
            Assert.Throws<ArgumentException>(() => phase.SetRange([keys[0], null!], [1, 2]));
        }

        Assert.Equal(Keys - 15, map.Count);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void Ranges_OfBytes_AgreeWithADictionary()
    {
        using BytesShardMap<long> map = new(new ShardMapOptions { ShardCount = 2 });
        ReadOnlyMemory<byte>[] keys =
        [
            .. Enumerable.Range(0, Keys).Select(static i => (ReadOnlyMemory<byte>)Utf8Of(KeyOf(i))),
        ];
        long[] values = [.. Enumerable.Range(0, Keys).Select(static i => (long)i)];
        long[] read = new long[Keys];
        bool[] flags = new bool[Keys];
        BytesShardMapExclusive<long> phase = map.EnterExclusive();
        Assert.Equal(Keys, phase.TryAddRange(keys, values, flags));
        Assert.DoesNotContain(false, flags);
        phase.SetRange(keys.AsSpan(0, 2), [7, 8]);
        Assert.Equal(1, phase.TryRemoveRange([keys[9], keys[9]]));
        Assert.Equal(Keys - 1, phase.TryGetValues(keys, read, flags));
        Assert.Equal([7L, 8L, 2L], read[..3]);
        Assert.False(flags[9]);
        phase.Dispose();
        Assert.Throws<ObjectDisposedException>(() => phase.TryAddRange(keys, values));
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void Additions_OfEveryForm_AddUp()
    {
        using TextShardMap<int> texts = new(new ShardMapOptions { ShardCount = 1 });
        using BytesShardMap<int> bytes = new(new ShardMapOptions { ShardCount = 1 });
        foreach (string key in (string[])["short", KeyOf(30), new string('ü', 200)])
        {
            using (TextShardMapExclusive<int> phase = texts.EnterExclusive())
            {
                Assert.Equal(5, phase.AddDelta(key, 5));
                Assert.Equal(6, phase.Increment(key.AsSpan()));
                Assert.Equal(7, phase.Increment(key));
                Assert.Equal(8, phase.Increment(Utf8Of(key)));
                Assert.Equal(6, phase.AddDelta(key.AsSpan(), -2));
                Assert.Equal(9, phase.AddDelta(Utf8Of(key), 3));
            }

            using (BytesShardMapExclusive<int> phase = bytes.EnterExclusive())
            {
                Assert.Equal(5, phase.AddDelta(Utf8Of(key), 5));
                Assert.Equal(6, phase.Increment(Utf8Of(key)));
            }

            Assert.Equal(9, texts[key]);
        }

        Assert.Throws<ArgumentNullException>(() => ((TextShardMapExclusive<int>)null!).AddDelta("a", 1));
        Assert.Empty(texts.Inner.Shards.FindViolations());
    }

    [Fact]
    public void AdditionsOfRanges_OfEveryForm_AddUp()
    {
        using TextShardMap<long> texts = new(new ShardMapOptions { ShardCount = 2 });
        using BytesShardMap<long> bytes = new(new ShardMapOptions { ShardCount = 2 });
        string[] keys = [.. Enumerable.Range(0, Keys).Select(KeyOf)];
        ReadOnlyMemory<byte>[] utf8 = [.. keys.Select(static key => (ReadOnlyMemory<byte>)Utf8Of(key))];
        long[] deltas = [.. Enumerable.Range(0, Keys).Select(static i => (long)i)];
        using (TextShardMapExclusive<long> phase = texts.EnterExclusive())
        {
            phase.AddDeltaRange(keys, deltas);
            phase.AddDeltaRange(utf8, deltas);
            phase.AddDeltaRange(keys, 1000);
            phase.AddDeltaRange(utf8, 1);
            phase.AddDeltaRange([keys[0], keys[0]], 1);
            Assert.Throws<ArgumentException>("deltas", () => phase.AddDeltaRange(keys, deltas.AsSpan(1)));
            Assert.Throws<ArgumentException>("keys", () => phase.AddDeltaRange([keys[0], null!], 1));
            Assert.Throws<ArgumentException>("keys", () => phase.AddDeltaRange([keys[0], new string('x', 40_000)], 1));
            Assert.Throws<InvalidOperationException>(
                () => phase.AddOrUpdate(
                    keys[0],
                    0,
                    (_, _) =>
                    {
                        phase.AddDeltaRange(["a"], 1);
                        return 0;
                    }));
        }

        using (BytesShardMapExclusive<long> phase = bytes.EnterExclusive())
        {
            phase.AddDeltaRange(utf8, deltas);
            phase.AddDeltaRange(utf8, 1000);
            Assert.Throws<ArgumentException>("deltas", () => phase.AddDeltaRange(utf8, deltas.AsSpan(1)));
        }

        for (int i = 0; i < Keys; i++)
        {
            Assert.Equal((2 * i) + (i == 0 ? 1003 : 1001), texts[keys[i]]);
            Assert.Equal(i + 1000, bytes[utf8[i].Span]);
        }

        Assert.Throws<ArgumentNullException>(
            "phase", () => ((TextShardMapExclusive<int>)null!).AddDeltaRange(["a"], 1));
        Assert.Throws<ArgumentNullException>("phase", () => ((BytesShardMapExclusive<int>)null!).AddDeltaRange([], 1));
        Assert.Equal((Keys, Keys), (texts.Count, bytes.Count));
        Assert.Empty(texts.Inner.Shards.FindViolations());
    }

    private static byte[] Utf8Of(string key) => Encoding.UTF8.GetBytes(key);

    private static string KeyOf(int number) => $"key {number}{new string('k', number % 90)}";
}
