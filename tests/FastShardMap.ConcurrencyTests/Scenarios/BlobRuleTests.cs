namespace FastShardMap.ConcurrencyTests.Scenarios;

/// <summary>What the record memory of a map with values of any length relies on, one thread at a time.</summary>
public sealed unsafe class BlobRuleTests
{
    private const int Keys = 2_000;
    private const int ValueBytes = 200;

    /// <summary>Each write takes one step of a compaction, and is for a key that the compaction has not reached or has
    /// passed.</summary>
    [Fact]
    public void Values_ReplacedDuringACompaction_HaveOneRecordEach()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        for (int number = 0; number < Keys; number++)
        {
            map.Set(KeyOf(number), ValueOf(number));
        }

        map.Inner.Shards.FinishMigrations();
        int removed = 0;
        for (; map.Inner.Shards.Header->RecordHeaps->IsCompacting == 0; removed++)
        {
            Assert.True(map.TryRemove(KeyOf(removed)));
        }

        int replaced = 0;
        byte[] room = new byte[2 * ValueBytes];
        Random random = new(3);
        for (; map.Inner.Shards.Header->RecordHeaps->IsCompacting != 0; replaced++)
        {
            int number = random.Next(removed, Keys);
            byte[] value = ValueOf(number + replaced);
            map.Set(KeyOf(number), value);
            Assert.True(map.TryGetValue(KeyOf(number), room, out int length));
            Assert.True(room.AsSpan(0, length).SequenceEqual(value));
            if (replaced % 16 == 0)
            {
                Assert.Empty(map.Inner.Shards.FindViolations());
            }
        }

        Assert.InRange(replaced, 50, Keys);
        Assert.Empty(map.Inner.Shards.FindViolations());
        for (int number = removed; number < Keys; number++)
        {
            Assert.True(map.TryRemove(KeyOf(number)));
        }

        map.TrimExcess();
        Assert.Equal((0, 0), (map.GetStatistics().RecordBytesLive, map.Count));
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    private static string KeyOf(int number) => $"{number}";

    private static byte[] ValueOf(int number)
    {
        byte[] value = new byte[ValueBytes + (number % 50)];
        value.AsSpan().Fill((byte)number);
        return value;
    }
}
