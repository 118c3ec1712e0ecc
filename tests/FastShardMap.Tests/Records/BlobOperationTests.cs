using System.Buffers;
using System.Text;

namespace FastShardMap.Tests.Records;

/// <summary>Operations on values of any length that wait for a limited time, run delegates, or concern many
/// keys.</summary>
public sealed class BlobOperationTests
{
    private const int Keys = 400; // more than are presented at once
    private static readonly byte[] s_value = BlobBytes.Create(7, 100);

    [Fact]
    public void GetOrAdd_DestinationTooShort_AddsAndTellsTheLength()
    {
        using BlobShardMap map = new();
        byte[] room = new byte[99];
        Assert.False(map.GetOrAdd("key", s_value, room, out int length));
        Assert.Equal((100, 1), (length, map.Count));
        Assert.False(map.GetOrAdd("key", [], room, out length));
        Assert.Equal(100, length);
        room = new byte[101];
        Assert.True(map.GetOrAdd("key", [], room, out length));
        Assert.Equal(100, length);
        Assert.True(room.AsSpan(0, 100).SequenceEqual(s_value));
        Assert.True(map.GetOrAdd(string.Empty, [], [], out length));
        Assert.Equal((0, 2), (length, map.Count));
    }

    [Fact]
    public void GetOrAdd_DelegateThrowsOrCallsTheMap_AddsNothing()
    {
        using BlobShardMap map = new();
        ArrayBufferWriter<byte> writer = new();
        Assert.Throws<NotSupportedException>(
            () => map.GetOrAdd("key", static (_, _, _) => throw new NotSupportedException(), 0, writer));
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(
            () => map.GetOrAdd("key", static (_, _, map) => map.Set("other", []), map, writer));
        Assert.Contains("callback", exception.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(
            () => map.GetOrAdd("key", static (_, _, map) => map.Clear(), map, writer));
        Assert.Equal((0, 0), (map.Count, writer.WrittenCount));
        Assert.Throws<ArgumentNullException>("valueFactory", () => map.GetOrAdd("key", null!, 0, writer));
        Assert.Throws<ArgumentNullException>("destination", () => map.GetOrAdd("key", s_value, null!));
        Assert.Throws<ArgumentNullException>("key", () => map.GetOrAdd((string)null!, s_value, writer));
        Assert.True(map.GetOrAdd("key", static (_, output, value) => output.Write(value), s_value, writer));
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void GetOrAdd_ManyThreads_RunOneDelegatePerAddition()
    {
        using BlobShardMap map = new();
        int[] runs = new int[100];
        Parallel.For(0, 4, _ =>
        {
            ArrayBufferWriter<byte> writer = new();
            for (int i = 0; i < runs.Length; i++)
            {
                writer.ResetWrittenCount();
                map.GetOrAdd(
                    $"key {i}",
                    static (_, output, arg) =>
                    {
                        Interlocked.Increment(ref arg.Runs[arg.Number]);
                        output.Write(BlobBytes.Create(arg.Number, 50));
                    },
                    (Runs: runs, Number: i),
                    writer);
                Assert.True(BlobBytes.IsWhole(writer.WrittenSpan));
                Assert.Equal(i, BlobBytes.NumberOf(writer.WrittenSpan));
            }
        });
        Assert.All(runs, static count => Assert.Equal(1, count));
    }

    [Fact]
    public void Deadlines_LockHeld_EndTheWaitAndChangeNothing()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1 });
        map.Set("present", s_value);
        using ManualResetEventSlim inside = new();
        using ManualResetEventSlim release = new();
        Thread holder = new(() => map.GetOrAdd(
            "held",
            static (_, _, arg) =>
            {
                arg.Inside.Set();
                arg.Release.Wait();
            },
            (Inside: inside, Release: release),
            new ArrayBufferWriter<byte>()));
        holder.Start();
        inside.Wait(TestContext.Current.CancellationToken);
        TimeSpan brief = TimeSpan.FromMilliseconds(1);
        using CancellationTokenSource source = new();
        Assert.Equal(DeadlineResult.TimedOut, map.TryAdd("other", s_value, TimeSpan.Zero));
        Assert.Equal(DeadlineResult.TimedOut, map.TrySet("present", [], brief));
        Assert.Equal(DeadlineResult.TimedOut, map.TryUpdate("present", [], s_value, brief));
        Assert.Equal(DeadlineResult.TimedOut, map.TryUpdate("present", [], version: 1, brief));
        Assert.Equal(DeadlineResult.TimedOut, map.TryRemove("present", brief));
        Assert.Equal(DeadlineResult.TimedOut, map.TryRemove("present", new byte[100], out int length, brief));
        Assert.Equal(-1, length);
        Assert.Equal(DeadlineResult.TimedOut, map.TryRemove("present"u8, version: 1, brief));
        source.CancelAfter(brief);
        Assert.Equal(
            DeadlineResult.Canceled, map.TrySet("present", [], Timeout.InfiniteTimeSpan, source.Token));
        release.Set();
        holder.Join();
        byte[] room = new byte[100];
        Assert.True(map.TryGetValue("present", room, out _));
        Assert.Equal(s_value, room);
        Assert.Equal(2, map.Count);
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => map.TrySet("a", [], TimeSpan.FromTicks(-1)));
        Assert.Equal(DeadlineResult.NotApplicable, map.TryRemove("present", new byte[3], out length, brief));
        Assert.Equal(100, length);
    }

    [Fact]
    public void Ranges_OfManyKeys_WriteAndReadAll()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 2 });
        string[] keys = [.. Enumerable.Range(0, Keys).Select(KeyOf)];
        ReadOnlyMemory<byte>[] utf8 = [.. keys.Select(static key => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(key))];
        ReadOnlyMemory<byte>[] values = [.. Enumerable.Range(0, Keys).Select(ValueOf)];
        bool[] flags = new bool[Keys];
        int[] lengths = new int[Keys];
        Assert.Equal(Keys, map.TryAddRange(keys, values));
        Assert.Equal(0, map.TryAddRange(utf8, values, flags));
        Assert.DoesNotContain(true, flags);
        map.SetRange(utf8.AsSpan(0, 3), new ReadOnlyMemory<byte>[3]);
        Assert.Equal(10, map.TryRemoveRange(keys.AsSpan(10, 10), flags));
        Assert.Equal(Keys, flags.Count(static flag => !flag) + 10);
        ArrayBufferWriter<byte> writer = new();
        Assert.Equal(Keys - 10, map.TryGetValues(utf8, writer, lengths));
        Assert.Equal(
            Enumerable.Range(0, Keys).Select(static i => i is >= 10 and < 20 ? -1 : i < 3 ? 0 : ValueOf(i).Length),
            lengths);
        ReadOnlySpan<byte> rest = writer.WrittenSpan;
        for (int i = 0; i < Keys; i++)
        {
            int length = Math.Max(lengths[i], 0);
            Assert.True(length == 0 || rest[..length].SequenceEqual(ValueOf(i).Span));
            rest = rest[length..];
        }

        Assert.True(rest.IsEmpty);
        Assert.Throws<ArgumentException>("values", () => map.SetRange(keys, values.AsSpan(1)));
        Assert.Throws<ArgumentException>("keys", () => map.SetRange(["a", null!], values.AsSpan(0, 2)));
        Assert.Throws<ArgumentException>("added", () => map.TryAddRange(keys, values, flags.AsSpan(1)));
        Assert.Throws<ArgumentException>("lengths", () => map.TryGetValues(keys, writer, lengths.AsSpan(1)));
        Assert.Throws<ArgumentNullException>("destination", () => map.TryGetValues(keys, null!, lengths));
        Assert.Equal(Keys - 10, map.Count);
        Assert.Empty(map.Inner.Shards.FindViolations());
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.TryGetValues(keys, writer, lengths));
        Assert.Throws<ObjectDisposedException>(() => map.TryRemoveRange(keys));
    }

    [Fact]
    public void Exclusive_RangesAndArray_AgreeWithTheMap()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 2, StartExclusive = true });
        string[] keys = [.. Enumerable.Range(0, Keys).Select(KeyOf)];
        ReadOnlyMemory<byte>[] values = [.. Enumerable.Range(0, Keys).Select(ValueOf)];
        using (BlobShardMapExclusive phase = map.Exclusive!)
        {
            Assert.Same(phase, map.Exclusive);
            Assert.Equal(Keys, phase.TryAddRange(keys, values));
            phase.SetRange(["a"u8.ToArray()], [s_value]);
            Assert.Equal(1, phase.TryRemoveRange([keys[0], keys[0]]));
            KeyValuePair<string, byte[]>[] entries = phase.ToArray();
            Assert.Equal(Keys, entries.Length);
            Assert.All(entries, static entry => Assert.True(BlobBytes.IsWhole(entry.Value)));
            Exception? failure = null;
            Thread other = new(() => failure = Record.Exception(() => map.TryGetLength("a", out _)));
            other.Start();
            other.Join();
            Assert.IsType<InvalidOperationException>(failure);
        }

        Assert.Null(map.Exclusive);
        Assert.Equal(Keys, map.Count);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    /// <summary>A large value has a block of its own, which a phase gives back as soon as the value is
    /// replaced.</summary>
    [Fact]
    public void Exclusive_LargeValuesReplaced_ReturnTheirMemory()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1 });
        BlobShardMapExclusive phase = map.EnterExclusive();
        phase.Set("a", []);
        long before = map.BytesAllocated;
        for (int i = 0; i < 50; i++)
        {
            phase.Set("a", BlobBytes.Create(i, 1_000_000 + i));
            Assert.InRange(map.BytesAllocated - before, 1_000_000, 1_100_000);
        }

        Assert.True(phase.TryRemove("a"));
        Assert.Equal(before, map.BytesAllocated);
        phase.Dispose();
        phase.Dispose();
        Assert.Throws<ObjectDisposedException>(() => phase.Set("a", []));
        Assert.Throws<ObjectDisposedException>(() => phase.TryGetValue("a", out _));
        Assert.True(map.IsEmpty);
    }

    [Fact]
    public void Copies_OfAMap_HaveItsEntriesAndShareNothing()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 2, Name = "original" });
        for (int i = 0; i < Keys; i++)
        {
            map.Set(KeyOf(i), ValueOf(i).Span);
        }

        map.Set("large", BlobBytes.Create(1, 200_000));
        using BlobShardMap clone = map.Clone();
        using BlobShardMap other = map.Clone(new ShardMapOptions { ShardCount = 8, StartExclusive = true });
        using BlobShardMap destination = new();
        destination.Set(KeyOf(3), s_value);
        destination.Set("more", s_value);
        Assert.Equal(Keys + 1, map.CopyTo(destination));
        map.Clear();
        Assert.Null(clone.Name);
        Assert.Equal(2, clone.GetStatistics().ShardCount);
        Assert.Equal((Keys + 1, Keys + 1, Keys + 2), (clone.Count, other.Count, destination.Count));
        foreach (BlobShardMap copy in (ReadOnlySpan<BlobShardMap>)[clone, other, destination])
        {
            Assert.Empty(copy.Inner.Shards.FindViolations());
            Assert.True(copy.TryGetLength("large", out int length));
            Assert.Equal(200_000, length);
            for (int i = 0; i < Keys; i++)
            {
                Assert.Equal(ValueOf(i).ToArray(), ValueIn(copy, KeyOf(i)));
            }
        }

        Assert.Throws<ArgumentException>("destination", () => map.CopyTo(map));
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(map.Clone);
        Assert.Throws<ObjectDisposedException>(() => map.CopyTo(clone));
    }

    [Fact]
    public void MergeFrom_KeysOfBoth_GetWhatTheDelegateWrites()
    {
        using BlobShardMap map = new();
        using BlobShardMap source = new();
        for (int i = 0; i < 100; i++)
        {
            map.Set(KeyOf(i), ValueOf(i).Span);
            source.Set(KeyOf(i + 50), BlobBytes.Create(i + 50, i));
        }

        long merged = map.MergeFrom(source, static (key, current, other, output) =>
        {
            output.Write(key);
            output.Write(current);
            output.Write(other);
        });
        Assert.Equal((100, 150), (merged, map.Count));
        for (int i = 0; i < 150; i++)
        {
            byte[] expected = i < 50 ? ValueOf(i).ToArray()
                : i >= 100 ? BlobBytes.Create(i, i - 50)
                : [.. Encoding.UTF8.GetBytes(KeyOf(i)), .. ValueOf(i).Span, .. BlobBytes.Create(i, i - 50)];
            Assert.Equal(expected, ValueIn(map, KeyOf(i)));
        }

        Assert.Throws<NotSupportedException>(
            () => map.MergeFrom(source, static (_, _, _, _) => throw new NotSupportedException()));
        Assert.Throws<ArgumentException>("source", () => map.MergeFrom(map, static (_, _, _, _) => { }));
        Assert.Throws<ArgumentNullException>("conflict", () => map.MergeFrom(source, null!));
        Assert.Throws<ArgumentNullException>("source", () => map.MergeFrom(null!, static (_, _, _, _) => { }));
        Assert.Equal(150, map.Count);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    private static string KeyOf(int number) => $"{new string('k', number % 50)}{number}";

    private static ReadOnlyMemory<byte> ValueOf(int number) => BlobBytes.Create(number, 4 + (number % 300));

    private static byte[] ValueIn(BlobShardMap map, string key)
    {
        ArrayBufferWriter<byte> writer = new();
        Assert.True(map.TryGetValue(key, writer));
        return writer.WrittenSpan.ToArray();
    }
}
