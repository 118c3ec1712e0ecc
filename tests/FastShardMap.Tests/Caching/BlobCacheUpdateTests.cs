using System.Buffers.Binary;
using System.Text;
using FastShardMap.Memory;
using FastShardMap.Tests.Records;

namespace FastShardMap.Tests.Caching;

/// <summary>Conditional operations of a cache of bytes.</summary>
public sealed class BlobCacheUpdateTests
{
    private const int MiB = 1024 * 1024;

    private static readonly int[] s_lengths = [0, 1, 7, 8, 15, 16, 300, 4_096, 40_000];

    [Fact]
    public void TryUpdate_ValueOfEveryLength_IsReplacedIfItHasTheBytes()
    {
        using BlobShardCache cache = New();
        foreach (int keyLength in (int[])[0, 1, 15, 16, 300])
        {
            string key = new('k', keyLength);
            byte[] utf8 = Encoding.UTF8.GetBytes(key);
            Assert.False(cache.TryUpdate(key, [1], []));
            byte[] present = [];
            cache.Set(key, present);
            foreach (int length in s_lengths)
            {
                byte[] next = BlobBytes.Create(length, length);
                Assert.False(cache.TryUpdate(key, next, [.. present, 0]));
                Assert.True(present.Length == 0 || !cache.TryUpdate(utf8, next, present.AsSpan(1)));
                BlobShardCacheTests.AssertHas(cache, key, present);
                Assert.True(cache.TryUpdate(key, next, present));
                BlobShardCacheTests.AssertHas(cache, key, next);
                Assert.True(cache.TryUpdate(utf8, present, next));
                Assert.True(cache.TryUpdate(key.AsSpan(), next, present));
                BlobShardCacheTests.AssertHas(cache, key, next);
                present = next;
            }
        }

        Assert.Empty(cache.Inner.FindViolations());
    }

    [Fact]
    public void TryRemove_WithBytes_RemovesOnlyWhatFits()
    {
        using BlobShardCache cache = New();
        foreach (int length in s_lengths)
        {
            byte[] value = BlobBytes.Create(length, length);
            cache.Set("a", value);
            byte[] room = new byte[length + 1];
            Assert.Equal(length, TryRemoveShort(cache, "a", length));
            BlobShardCacheTests.AssertHas(cache, "a", value);
            Assert.True(cache.TryRemove("a", room, out int removed));
            Assert.True(room.AsSpan(0, removed).SequenceEqual(value));
            Assert.False(cache.TryRemove("a", room, out removed));
            Assert.Equal(-1, removed);

            cache.Set("a", value);
            Assert.True(cache.TryRemove("a".AsSpan(), room, out removed) && removed == length);
            cache.Set("a", value);
            Assert.True(cache.TryRemove("a"u8, room, out removed) && removed == length);
        }

        Assert.Equal(3 * s_lengths.Length, cache.GetStatistics().Removed);
        Assert.Empty(cache.Inner.FindViolations());
    }

    [Fact]
    public void Entry_ThatIsUpdated_KeepsItsExpiry_AndAnExpiredOneIsAbsent()
    {
        ManualTime time = new();
        using BlobShardCache cache = New(time);
        cache.Set("a", [1], TimeSpan.FromSeconds(10));
        cache.Set("b", [1], TimeSpan.FromSeconds(10));
        time.Move(TimeSpan.FromSeconds(8));
        Assert.True(cache.TryUpdate("a", [2], [1]));
        Assert.True(cache.TryGetValue("a", new byte[1], out _, out TimeSpan remaining));
        Assert.InRange(remaining, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        time.Move(TimeSpan.FromSeconds(3));
        Assert.False(cache.TryUpdate("a", [3], [2]));
        Assert.False(cache.TryRemove("b", new byte[1], out int length));
        Assert.Equal(-1, length);
    }

    [Fact]
    public void TryUpdate_ValueThatIsTooLarge_IsRefusedAndCounted()
    {
        using BlobShardCache cache = New();
        cache.Set("a", [1]);
        Assert.False(cache.TryUpdate("a", new byte[cache.MaxEntryBytes + 1], [1]));
        Assert.Equal(1, cache.GetStatistics().Refused);
        BlobShardCacheTests.AssertHas(cache, "a", [1]);
    }

    [Fact]
    public void TryUpdate_NoMemoryForTheRecord_ThrowsAndKeepsTheCacheUsable()
    {
        using BlobShardCache cache = New();
        cache.Set("a", [1]);
        FaultInjection.Allocate = static _ => true;
        try
        {
            Assert.Throws<OutOfMemoryException>(() => cache.TryUpdate("a", new byte[40_000], [1]));
        }
        finally
        {
            FaultInjection.Allocate = null;
        }

        Assert.Empty(cache.Inner.FindViolations());
        BlobShardCacheTests.AssertHas(cache, "a", [1]);
    }

    /// <summary>Values of changing length, so that every update takes another record, in a cache that evicts.</summary>
    [Fact]
    public void TryUpdate_SeveralThreads_LoseNoIncrement()
    {
        const int Threads = 4;
        const int Increments = 2_000;
        using BlobShardCache cache = new(new ShardCacheOptions { MaxBytes = MiB, ShardCount = 2 });
        string[] keys = ["a", "a key of more than fifteen bytes"];
        Thread[] threads = new Thread[Threads];
        int lost = 0;
        for (int thread = 0; thread < Threads; thread++)
        {
            threads[thread] = new Thread(() =>
            {
                for (int i = 0; i < Increments; i++)
                {
                    Increment(cache, keys[i % keys.Length], ref lost);
                }
            });
        }

        foreach (string key in keys)
        {
            cache.Set(key, new byte[sizeof(int)]);
        }

        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        byte[] room = new byte[200];
        int sum = 0;
        foreach (string key in keys)
        {
            Assert.True(cache.TryGetValue(key, room, out _));
            sum += BinaryPrimitives.ReadInt32LittleEndian(room);
        }

        Assert.Equal(0, lost);
        Assert.Equal(Threads * Increments, sum);
        Assert.Empty(cache.Inner.FindViolations());
    }

    [Fact]
    public void Arguments_ThatAreWrong_AreRefusedByName()
    {
        BlobShardCache cache = New();
        Assert.Equal(
            "key", Assert.Throws<ArgumentNullException>(() => cache.TryUpdate((string)null!, [], [])).ParamName);
        Assert.Equal(
            "key", Assert.Throws<ArgumentNullException>(() => cache.TryRemove((string)null!, [], out _)).ParamName);
        string tooLong = new('k', 32_767);
        Assert.Equal("key", Assert.Throws<ArgumentException>(() => cache.TryUpdate(tooLong, [], [])).ParamName);
        Assert.Equal(
            "key", Assert.Throws<ArgumentException>(() => cache.TryRemove(new byte[32_767], [], out _)).ParamName);
        long tooMany = cache.MaxEntryBytes + 1;
        cache.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cache.TryUpdate("a", [1], [1]));
        Assert.Throws<ObjectDisposedException>(() => cache.TryUpdate("a", new byte[tooMany], [1]));
        Assert.Throws<ObjectDisposedException>(() => cache.TryRemove("a", [], out _));
    }

    private static void Increment(BlobShardCache cache, string key, ref int lost)
    {
        byte[] room = new byte[200];
        byte[] next = new byte[200];
        while (true)
        {
            if (!cache.TryGetValue(key, room, out int length))
            {
                Interlocked.Increment(ref lost);
                return;
            }

            int number = BinaryPrimitives.ReadInt32LittleEndian(room) + 1;
            next.AsSpan().Clear();
            BinaryPrimitives.WriteInt32LittleEndian(next, number);
            if (cache.TryUpdate(key, next.AsSpan(0, sizeof(int) + (number % 150)), room.AsSpan(0, length)))
            {
                return;
            }
        }
    }

    private static int TryRemoveShort(BlobShardCache cache, string key, int length)
    {
        if (length == 0)
        {
            return 0;
        }

        byte[] room = new byte[length - 1];
        Assert.False(cache.TryRemove(key, room, out int found));
        Assert.All(room, static value => Assert.Equal(0, value));
        return found;
    }

    private static BlobShardCache New(TimeProvider? time = null) =>
        new(new ShardCacheOptions { MaxBytes = 8 * MiB, ShardCount = 1, TimeProvider = time });
}
