using FastShardMap.Memory;

namespace FastShardMap.Tests.Records;

/// <summary>Maps with values of any length when the operating system refuses memory.</summary>
public class BlobAllocationFailureTests
{
    [Theory]
    [InlineData(20_000)]
    [InlineData(200_000)]
    public void Write_NoMemoryForTheValue_ChangesNothing(int length)
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1, Capacity = 1_000 });
        byte[] old = BlobBytes.Create(1, 100);
        map.Set("a", old);
        byte[] large = new byte[length];
        byte[] room = new byte[100];
        Assert.True(map.TryGetValue("a", room, out _, out long version));
        ShardMapStatistics before = map.GetStatistics();
        FaultInjection.Allocate = static _ => true;
        try
        {
            Assert.Throws<OutOfMemoryException>(() => map.Set("a", large));
            Assert.Throws<OutOfMemoryException>(() => map.Set("b", large));
            Assert.Throws<OutOfMemoryException>(() => map.TryAdd("b", large));
            Assert.Throws<OutOfMemoryException>(() => map.TryUpdate("a", large, old));
            Assert.Throws<OutOfMemoryException>(() => map.TryUpdate("a", large, version));
        }
        finally
        {
            FaultInjection.Allocate = null;
        }

        Assert.False(map.ContainsKey("b"));
        Assert.True(map.TryGetValue("a", room, out _, out long after));
        Assert.Equal(old, room);
        Assert.Equal(version, after);
        Assert.Equal(before, map.GetStatistics());
        Assert.Empty(map.Inner.Shards.FindViolations());
        map.Set("a", large);
        Assert.True(map.TryGetLength("a", out int stored));
        Assert.Equal(length, stored);
    }

    /// <summary>Without memory for the moved records, a compaction ends, and records stay where they are.</summary>
    [Fact]
    public void TrimExcess_NoMemoryInTheMiddle_LosesNothing()
    {
        for (int allowed = 1; allowed < 12; allowed++)
        {
            using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1 });
            for (int i = 0; i < 1_000; i++)
            {
                map.Set($"key {i}", BlobBytes.Create(i, 50 + (i % 50)));
                if (i % 3 != 0)
                {
                    map.Set($"key {i}", BlobBytes.Create(i, 4));
                }
            }

            int left = allowed;
            FaultInjection.Allocate = _ => left-- <= 0;
            try
            {
                map.TrimExcess();
            }
            catch (OutOfMemoryException)
            {
                // The table that the trim asked for last; the entries are unchanged.
            }
            finally
            {
                FaultInjection.Allocate = null;
            }

            Assert.Empty(map.Inner.Shards.FindViolations());
            byte[] room = new byte[100];
            for (int i = 0; i < 1_000; i++)
            {
                Assert.True(map.TryGetValue($"key {i}", room, out int length));
                Assert.True(room.AsSpan(0, length).SequenceEqual(
                    BlobBytes.Create(i, i % 3 != 0 ? 4 : 50 + (i % 50))));
            }
        }
    }

    [Fact]
    public void Replace_NoMemoryForTheListOfASnapshot_Replaces()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1 });
        for (int i = 0; i < 600; i++)
        {
            map.Set($"key {i}", BlobBytes.Create(i, 20));
        }

        using (BlobSnapshot snapshot = map.Snapshot())
        {
            for (int i = 0; i < 600; i++)
            {
                Assert.True(map.TryRemove($"key {i}") || i < 0);
                if (i == 300)
                {
                    FaultInjection.Allocate = static _ => true;
                }
            }

            FaultInjection.Allocate = null;
            for (int i = 0; i < 600; i++)
            {
                Assert.True(snapshot.TryGetValue($"key {i}", out ReadOnlySpan<byte> value));
                Assert.True(value.SequenceEqual(BlobBytes.Create(i, 20)));
            }
        }

        Assert.Equal(0, map.Count);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }
}
