using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastShardMap.Tests.Snapshots;

namespace FastShardMap.Tests.Serialization;

public class SaveLoadTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)] // entries of 16 bytes: exactly one block
    [InlineData(4097)]
    [InlineData(30_000)]
    public void Load_Saved_IsEqual(int count)
    {
        using ShardMap<long, long> map = Sample(count);
        using MemoryStream stream = new();
        stream.WriteByte(77); // neither starts nor ends with the map
        map.Save(stream);
        stream.WriteByte(78);
        stream.Position = 1;

        using ShardMap<long, long> loaded = ShardMap<long, long>.Load(stream, new ShardMapOptions { ShardCount = 2 });
        TinyMaps.AssertSame(map.ToDictionary(), loaded);
        Assert.Equal(2, loaded.GetStatistics().ShardCount);
        Assert.Equal(78, stream.ReadByte());
    }

    [Fact]
    public void Load_OtherTypes_IsEqual()
    {
        RoundTrip<byte, byte>(key => (byte)key, key => (byte)~key, 200);
        RoundTrip<Guid, (int A, long B)>(key => new Guid(key, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), key => (key, -key), 500);
        RoundTrip<int, Large>(key => key, Large.Of, 40);
        RoundTrip<EnumKey<DayOfWeek>, double>(key => (DayOfWeek)key, key => key / 3.0, 7);
    }

    [Fact]
    public async Task LoadAsync_SavedAsync_IsEqual()
    {
        using ShardMap<long, long> map = Sample(20_000);
        using MemoryStream stream = new();
        List<long> saved = [];
        List<long> loadedCounts = [];
        await map.SaveAsync(stream, new Recorder(saved));
        stream.Position = 0;
        using ShardMap<long, long> loaded = await ShardMap<long, long>.LoadAsync(
            stream, progress: new Recorder(loadedCounts));

        TinyMaps.AssertSame(map.ToDictionary(), loaded);
        Assert.Equal(20_000, saved[^1]);
        Assert.Equal(20_000, loadedCounts[^1]);
    }

    [Fact]
    public async Task LoadAsync_ThroughAPipe_IsEqual()
    {
        using ShardMap<long, long> map = Sample(20_000);
        Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 20_000, resumeWriterThreshold: 5000));
        Task writing = Task.Run(async () =>
        {
            await map.SaveAsync(pipe.Writer);
            await map.SaveAsync(pipe.Writer);
            await pipe.Writer.CompleteAsync();
        });

        for (int time = 0; time < 2; time++)
        {
            using ShardMap<long, long> loaded = await ShardMap<long, long>.LoadAsync(pipe.Reader);
            TinyMaps.AssertSame(map.ToDictionary(), loaded);
        }

        await writing;
        await Assert.ThrowsAsync<InvalidDataException>(() => ShardMap<long, long>.LoadAsync(pipe.Reader));
    }

    [Fact]
    public async Task SaveAsync_Canceled_Stops()
    {
        using ShardMap<long, long> map = Sample(1000);
        using CancellationTokenSource source = new();
        await source.CancelAsync();
        using MemoryStream stream = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => map.SaveAsync(stream, cancellationToken: source.Token));
        map.Save(stream);
        stream.Position = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ShardMap<long, long>.LoadAsync(stream, cancellationToken: source.Token));
    }

    /// <summary>
    /// Saved from a snapshot: entries that are always written in one order are never saved in the other.
    /// </summary>
    [Fact]
    public void Save_WhileOthersWrite_IsOneInstant()
    {
        using ShardMap<long, long> map = Sample(64);
        bool stop = false;
        Thread writer = new(() =>
        {
            for (long round = 1000; !Volatile.Read(ref stop); round++)
            {
                for (long key = 0; key < 64; key++)
                {
                    map[key] = round;
                }
            }
        });
        for (long key = 0; key < 64; key++)
        {
            map[key] = 999;
        }

        writer.Start();
        for (int time = 0; time < 100; time++)
        {
            using MemoryStream stream = new();
            map.Save(stream);
            stream.Position = 0;
            using ShardMap<long, long> loaded = ShardMap<long, long>.Load(stream);
            long previous = loaded[0];
            for (long key = 1; key < 64; key++)
            {
                Assert.InRange(loaded[key], loaded[0] - 1, previous);
                previous = loaded[key];
            }
        }

        Volatile.Write(ref stop, true);
        writer.Join();
    }

    [Fact]
    public void MergeFrom_Saved_OverwritesAndKeepsTheRest()
    {
        using ShardMap<long, long> map = new();
        (map[1], map[2]) = (10, 20);
        using MemoryStream stream = new();
        map.Save(stream);
        (map[2], map[3]) = (21, 31);
        stream.Position = 0;

        Assert.Equal(2, map.MergeFrom(stream));
        Assert.Equal([(1, 10), (2, 20), (3, 31)], map.OrderBy(item => item.Key).Select(item => (item.Key, item.Value)));
    }

    [Fact]
    public void Save_BadArgumentsOrState_Throws()
    {
        ShardMap<long, long> map = Sample(3);
        Assert.Throws<ArgumentNullException>(() => map.Save(null!));
        Assert.Throws<ArgumentNullException>(() => map.SaveTo(null!));
        Assert.Throws<ArgumentException>(() => map.SaveTo(""));
        Assert.Throws<ArgumentNullException>(() => ShardMap<long, long>.Load(null!));
        Assert.Throws<ArgumentNullException>(() => map.MergeFrom((Stream)null!));
        Assert.Throws<InvalidOperationException>(() => map.GetOrAdd(77, _ =>
        {
            map.Save(Stream.Null);
            return 0;
        }));
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.Save(Stream.Null));
        Assert.Throws<ObjectDisposedException>(() => map.MergeFrom(Stream.Null));
    }

    internal static ShardMap<long, long> Sample(int count)
    {
        ShardMap<long, long> map = new();
        for (long key = 0; key < count; key++)
        {
            map[key] = key * 11;
        }

        return map;
    }

    private static void RoundTrip<TKey, TValue>(Func<int, TKey> key, Func<int, TValue> value, int count)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        using ShardMap<TKey, TValue> map = new();
        for (int i = 0; i < count; i++)
        {
            map[key(i)] = value(i);
        }

        using MemoryStream stream = new();
        map.Save(stream);
        stream.Position = 0;
        using ShardMap<TKey, TValue> loaded = ShardMap<TKey, TValue>.Load(stream);
        Assert.Equal(count, loaded.Count);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(value(i), loaded[key(i)]);
        }
    }

    private sealed class Recorder(List<long> counts) : IProgress<long>
    {
        public void Report(long value) => counts.Add(value);
    }

    [InlineArray(5000)]
    private struct Large : IEquatable<Large>
    {
        private byte _first;

        public static Large Of(int key)
        {
            Large value = default;
            value[0] = (byte)key;
            value[4999] = (byte)(key * 7);
            return value;
        }

        public readonly bool Equals(Large other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

        public override readonly bool Equals(object? obj) => obj is Large other && Equals(other);

        public override readonly int GetHashCode() => this[0];
    }
}
