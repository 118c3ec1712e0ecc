using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Records;

/// <summary>Readers while the values of the same keys change, and records are used again at once.</summary>
public class BlobReuseTests
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(2);

    /// <summary>A value that is made of two others differs from every value that was stored.</summary>
    [Theory]
    [InlineData(2, 8, 300, false)]
    [InlineData(40, 64, 70, false)]
    [InlineData(2, 3_000, 6_000, false)]
    [InlineData(40, 30_000, 70_000, false)]
    [InlineData(20, 8, 300, true)]
    public void Read_ValuesThatChangeLengthAndContent_IsNeverTorn(
        int keyLength, int shortest, int longest, bool removes)
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1 });
        string[] keys = Enumerable.Range(0, 8).Select(i => $"{i}{new string('-', keyLength - 1)}").ToArray();
        long hits = 0;
        Race race = new Race(s_time).Until(() => Interlocked.Read(ref hits) != 0);
        for (int writer = 0; writer < 2; writer++)
        {
            Random random = new(writer);
            byte[] value = new byte[longest];
            race.Loop($"writer {writer}", round =>
            {
                int key = random.Next(keys.Length);
                Span<byte> bytes = value.AsSpan(0, random.Next(shortest, longest));
                BlobBytes.Fill((key << 24) | (random.Next() & 0xFF_FFFF), bytes);
                map.Set(keys[key], bytes);
                if (removes && random.Next(4) == 0)
                {
                    map.TryRemove(keys[random.Next(keys.Length)]);
                }

                if (round % 20_000 == 0)
                {
                    map.TrimExcess();
                }
            });
        }

        for (int reader = 0; reader < 2; reader++)
        {
            Random random = new(100 + reader);
            byte[] room = new byte[longest];
            race.Loop($"reader {reader}", () =>
            {
                int key = random.Next(keys.Length);
                int offered = random.Next(4) == 0 ? random.Next(longest) : longest;
                if (map.TryGetValue(keys[key], room.AsSpan(0, offered), out int length))
                {
                    Interlocked.Increment(ref hits);
                    Assert.InRange(length, shortest, offered);
                    Assert.True(BlobBytes.IsWhole(room.AsSpan(0, length)));
                    Assert.Equal(key, BlobBytes.NumberOf(room) >> 24);
                }
                else
                {
                    Assert.True(length < 0 || length > offered);
                }
            });
        }

        race.Run();
        Assert.Empty(map.Inner.Shards.FindViolations());
        Assert.NotEqual(0, hits);
    }

    /// <summary>Growth and compaction move entries while readers copy values, and snapshots come and go.</summary>
    [Fact]
    public void Read_WhileEntriesMoveAndSnapshotsShowThem_IsNeverTorn()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 2 });
        const int Keys = 3_000;
        string[] keys = Enumerable.Range(0, Keys).Select(i => $"key {i} {new string('-', i % 40)}").ToArray();
        Race race = new(s_time);
        Random writes = new(1);
        byte[] value = new byte[2_000];
        race.Loop("writer", () =>
        {
            int key = writes.Next(Keys);
            Span<byte> bytes = value.AsSpan(0, 4 + writes.Next(writes.Next(50) == 0 ? 1_900 : 200));
            BlobBytes.Fill(writes.Next(), bytes);
            map.Set(keys[key], bytes);
            map.TryRemove(keys[writes.Next(Keys)]);
        });
        race.Loop("trimmer", round =>
        {
            if (round % 2 == 0)
            {
                map.TrimExcess();
                return;
            }

            using BlobSnapshot snapshot = map.Snapshot(copyNow: round % 4 == 1);
            long count = 0;
            long sum = 0;
            foreach (BlobEntry entry in snapshot)
            {
                Assert.True(BlobBytes.IsWhole(entry.Value));
                count++;
                sum += BlobBytes.NumberOf(entry.Value);
            }

            Thread.Yield();
            Assert.Equal(snapshot.Count, count);
            foreach (BlobEntry entry in snapshot)
            {
                Assert.True(BlobBytes.IsWhole(entry.Value));
                sum -= BlobBytes.NumberOf(entry.Value);
            }

            Assert.Equal(0, sum);
        });
        Random reads = new(2);
        byte[] room = new byte[2_000];
        race.Loop("reader", () =>
        {
            if (map.TryGetValue(keys[reads.Next(Keys)], room, out int length))
            {
                Assert.True(BlobBytes.IsWhole(room.AsSpan(0, length)));
            }
        });
        race.Loop("enumerator", () =>
        {
            foreach (BlobEntry entry in map)
            {
                Assert.True(BlobBytes.IsWhole(entry.Value));
            }
        });

        race.Run();
        Assert.Empty(map.Inner.Shards.FindViolations());
        Assert.Equal(0, map.GetStatistics().RecordBytesInLimbo);
    }

    /// <summary>A lost update would show in the sum.</summary>
    [Fact]
    public void TryUpdate_ByVersionFromManyThreads_LosesNothing()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1 });
        map.Set("sum", new byte[8]);
        const int Additions = 500;
        Race race = new(s_time / 2);
        for (int thread = 0; thread < 3; thread++)
        {
            byte[] room = new byte[8];
            race.Once($"adder {thread}", () =>
            {
                for (int added = 0; added < Additions;)
                {
                    Assert.True(map.TryGetValue("sum", room, out _, out long version));
                    BitConverter.TryWriteBytes(room, BitConverter.ToInt64(room) + 1);
                    added += map.TryUpdate("sum", room, version) ? 1 : 0;
                }
            });
        }

        race.Run();
        byte[] sum = new byte[8];
        Assert.True(map.TryGetValue("sum", sum, out _));
        Assert.Equal(3 * Additions, BitConverter.ToInt64(sum));
    }
}
