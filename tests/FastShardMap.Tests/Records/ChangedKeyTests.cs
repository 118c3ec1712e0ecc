using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Records;

namespace FastShardMap.Tests.Records;

/// <summary>Callers that change the memory of a key while an operation uses it.</summary>
public sealed unsafe class ChangedKeyTests
{
    [Theory]
    [InlineData(65)]
    [InlineData(1_000)]
    [InlineData(32_766)]
    public void GetOrAdd_BytesOfALongKeyChange_AddsNothing(int length)
    {
        using BytesShardMap<long> map = new(new ShardMapOptions { ShardCount = 1 });
        map[new byte[length]] = 1;
        ShardMapStatistics before = map.GetStatistics();
        byte[] key = new byte[length];
        key[0] = 1;
        Assert.Throws<InvalidOperationException>(() => GetOrAddChanging(map, key));

        Assert.Equal(before.Count, map.Count);
        Assert.Equal(before.RecordBytesLive, map.GetStatistics().RecordBytesLive);
        Assert.False(map.ContainsKey(key));
        Assert.Empty(map.Inner.Shards.FindViolations());
        Assert.True(map.TryAdd(key, 3));
        Assert.Equal(3, map[key]);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void GetOrAdd_BytesOfALongKeyChangeUnderASnapshot_AddsNothing()
    {
        using BytesShardMap<long> map = new(new ShardMapOptions { ShardCount = 1 });
        map[new byte[100]] = 1;
        using (BytesSnapshot<long> snapshot = map.Snapshot())
        {
            byte[] key = new byte[100];
            key[0] = 1;
            Assert.Throws<InvalidOperationException>(() => GetOrAddChanging(map, key));
            Assert.Empty(map.Inner.Shards.FindViolations());
            Assert.Equal(1, snapshot.Count);
        }

        Assert.Equal(1, map.Count);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    /// <summary>Shorter keys, and text, are copied when the call begins.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(2_000)]
    public void GetOrAdd_TextChanges_AddsTheTextFromBefore(int length)
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1 });
        char[] key = [.. new string('k', length)];
        Assert.Equal(2, map.GetOrAdd(
            key,
            static (_, key) =>
            {
                key.AsSpan().Fill('x');
                return 2;
            },
            key));

        Assert.Equal(2, map[new string('k', length)]);
        Assert.False(map.ContainsKey(key));
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(63)]
    [InlineData(64)]
    public void AreConsistent_AByteOfTheOverlapDiffers_IsFound(int length)
    {
        byte[] bytes = [.. Enumerable.Range(1, length).Select(static i => (byte)i)];
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* first = bytes)
        {
            PresentedBytes.Arrange(first, length, buffer);
        }

        Assert.True(PresentedBytes.AreConsistent(buffer, length));
        int half = length <= 32 ? 16 : 32;
        for (int i = 0; i < 2 * half; i++)
        {
            buffer[i] ^= 0x80;
            bool isInBoth = i < half ? i >= length - half : i < 3 * half - length;
            Assert.Equal(!isInBoth, PresentedBytes.AreConsistent(buffer, length));
            buffer[i] ^= 0x80;
        }
    }

    /// <summary>What a race between the two loads of a key leaves: halves that do not belong together.</summary>
    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    public void Keep_HalvesDisagree_KeepsNothing(int length)
    {
        using TextShardMap<long> map = new(new ShardMapOptions { ShardCount = 1 });
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        new Span<byte>(buffer, RecordKey.BufferBytes).Clear();
        fixed (byte* bytes = new byte[length])
        {
            RecordKey key = KeyBytes.Present(bytes, length, buffer, map.Seed);
            buffer[(length <= 32 ? 16 : 32) - 1] = 1;
            RecordHeap* heap = map.Inner.Shards.Header->RecordHeaps;
            InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() =>
            {
                KeyStore<RecordKey>.Keep(heap, map.Inner.Shards.Arena, map.Seed, key);
            });

            Assert.Contains("changed during the call", refused.Message, StringComparison.Ordinal);
            Assert.Equal(0, heap->LiveBytes);
        }

        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    private static long GetOrAddChanging(BytesShardMap<long> map, byte[] key) => map.GetOrAdd(
        key,
        static (_, key) =>
        {
            key[^1]++;
            return 2;
        },
        key);
}
