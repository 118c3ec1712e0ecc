using System.Buffers;
using System.Text;

namespace FastShardMap.Tests.Records;

/// <summary>Lookups and additions in exclusive phases of maps with values of any length.</summary>
public sealed class BlobExclusiveTests
{
    private const int Keys = 400; // more than are presented at once
    private static readonly byte[] s_value = BlobBytes.Create(7, 100);

    [Fact]
    public void TryGetValues_OfBothForms_WritesWhatTheMapHas()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 2 });
        string[] keys = [.. Enumerable.Range(0, Keys).Select(KeyOf)];
        ReadOnlyMemory<byte>[] utf8 = [.. keys.Select(static key => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(key))];
        int[] lengths = new int[Keys];
        ArrayBufferWriter<byte> writer = new();
        BlobShardMapExclusive phase = map.EnterExclusive();
        for (int i = 0; i < Keys; i += 2)
        {
            phase.Set(keys[i], BlobBytes.Create(i, i == 0 ? 0 : 4 + i));
        }

        Assert.Equal(Keys / 2, phase.TryGetValues(keys, writer, lengths));
        Assert.Equal(Enumerable.Range(0, Keys).Select(static i => i == 0 ? 0 : i % 2 == 0 ? 4 + i : -1), lengths);
        byte[] written = writer.WrittenSpan.ToArray();
        Assert.Equal(
            [.. Enumerable.Range(1, (Keys / 2) - 1).SelectMany(static i => BlobBytes.Create(2 * i, 4 + (2 * i)))],
            written);
        writer.ResetWrittenCount();
        Array.Clear(lengths);
        Assert.Equal(Keys / 2, phase.TryGetValues(utf8, writer, lengths));
        Assert.Equal(written, writer.WrittenSpan.ToArray());
        Assert.Equal((0, -1, 6), (lengths[0], lengths[1], lengths[2]));
        Assert.Throws<ArgumentException>("lengths", () => phase.TryGetValues(keys, writer, lengths.AsSpan(1)));
        Assert.Throws<ArgumentException>("keys", () => phase.TryGetValues(["a", null!], writer, lengths));
        Assert.Throws<ArgumentNullException>("destination", () => phase.TryGetValues(utf8, null!, lengths));
        AssertRefusedElsewhere(() => phase.TryGetValues(keys, writer, lengths));
        phase.Dispose();
        Assert.Throws<ObjectDisposedException>(() => phase.TryGetValues(keys, writer, lengths));
    }

    /// <summary>The writer's code changes the value between the lookup and the copy.</summary>
    [Fact]
    public void TryGetValues_WriterChangesTheMap_WritesNoReleasedMemory()
    {
        using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1 });
        BlobShardMapExclusive phase = map.EnterExclusive();
        phase.Set("longer", s_value);
        phase.Set("gone", s_value);
        byte[] longer = BlobBytes.Create(8, 1_000_000);
        CallingWriter writer = new();
        writer.OnGetSpan = () =>
        {
            phase.Set("longer", longer);
            phase.TryRemove("gone");
            phase.Set("other", BlobBytes.Create(9, 100));
        };
        int[] lengths = new int[2];
        Assert.Equal(1, phase.TryGetValues(["longer", "gone"], writer, lengths));
        Assert.Equal([longer.Length, -1], lengths);
        Assert.Equal(longer, writer.Written.ToArray());

        phase.Set("gone", s_value);
        writer.OnGetSpan = phase.Dispose;
        Assert.Throws<ObjectDisposedException>(() => phase.TryGetValues(["gone"], writer, lengths));
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void TryGetLength_OfEveryForm_TellsTheLength()
    {
        using BlobShardMap map = new();
        BlobShardMapExclusive phase = map.EnterExclusive();
        phase.Set("key", s_value);
        phase.Set("empty", []);
        Assert.True(phase.TryGetLength("key", out int length));
        Assert.Equal(100, length);
        Assert.True(phase.TryGetLength("key".AsSpan(), out length));
        Assert.Equal(100, length);
        Assert.True(phase.TryGetLength("key"u8, out length));
        Assert.Equal(100, length);
        Assert.True(phase.TryGetLength("empty", out length));
        Assert.Equal(0, length);
        Assert.False(phase.TryGetLength("absent", out length));
        Assert.Equal(-1, length);
        Assert.Throws<ArgumentNullException>("key", () => phase.TryGetLength((string)null!, out _));
        Assert.Throws<ArgumentException>("key", () => phase.TryGetLength(new byte[40_000], out _));
        AssertRefusedElsewhere(() => phase.TryGetLength("key", out _));
        phase.Dispose();
        Assert.Throws<ObjectDisposedException>(() => phase.TryGetLength("key", out _));
    }

    [Fact]
    public void GetOrAdd_DelegateOfEveryForm_WritesTheValueOfAnAbsentKey()
    {
        using BlobShardMap map = new();
        BlobShardMapExclusive phase = map.EnterExclusive();
        foreach (string key in (string[])["short", new string('k', 100), new string('ü', 200)])
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(key);
            Assert.True(phase.GetOrAdd(key, WriteText, s_value, out ReadOnlySpan<byte> stored));
            Assert.Equal([.. utf8, .. s_value], stored.ToArray());
            Assert.False(phase.GetOrAdd(key.AsSpan(), ThrowForText, 0, out stored));
            Assert.Equal([.. utf8, .. s_value], stored.ToArray());
            Assert.True(phase.TryRemove(key));
            Assert.True(phase.GetOrAdd(utf8, static (key, output, _) => output.Write(key), 0, out stored));
            Assert.Equal(utf8, stored.ToArray());
            Assert.False(phase.GetOrAdd(utf8, ThrowForBytes, 0, out stored));
            Assert.Equal(utf8, stored.ToArray());
        }

        Assert.True(phase.GetOrAdd("empty", static (_, _, _) => { }, 0, out ReadOnlySpan<byte> nothing));
        Assert.True(nothing.IsEmpty);
        phase.Dispose();
        Assert.Equal(4, map.Count);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    [Fact]
    public void GetOrAdd_DelegateThrowsOrCallsThePhase_AddsNothing()
    {
        using BlobShardMap map = new();
        BlobShardMapExclusive phase = map.EnterExclusive();
        phase.Set("present", s_value);
        Assert.Throws<NotSupportedException>(() => phase.GetOrAdd("key", ThrowForText, 0, out _));
        Action<BlobShardMapExclusive>[] refused =
        [
            static phase => phase.Set("other", []),
            static phase => phase.TryRemove("present"),
            static phase => phase.GetOrAdd("key", static (_, _, _) => { }, 0, out _),
            static phase => phase.Dispose(),
        ];
        Assert.All(refused, call => Assert.Throws<InvalidOperationException>(
            () => phase.GetOrAdd("key", (_, _, phase) => call(phase), phase, out _)));
        Assert.Equal(1, phase.Count);
        Assert.True(phase.GetOrAdd(
            "key",
            static (_, output, phase) =>
            {
                Assert.True(phase.TryGetValue("present", out ReadOnlySpan<byte> value));
                Assert.False(phase.GetOrAdd("present", ThrowForText, 0, out ReadOnlySpan<byte> same));
                Assert.True(phase.TryGetLength("present", out int length));
                output.Write(value[..(length / 2)]);
                output.Write(same[(length / 2)..]);
            },
            phase,
            out ReadOnlySpan<byte> stored));
        Assert.Equal(s_value, stored.ToArray());
        Assert.Throws<ArgumentNullException>(
            "valueFactory",
            () => phase.GetOrAdd("key", (Action<ReadOnlySpan<char>, IBufferWriter<byte>, int>)null!, 0, out _));
        Assert.Throws<ArgumentNullException>("key", () => phase.GetOrAdd((string)null!, ThrowForText, 0, out _));
        Assert.Throws<ArgumentException>(
            "key", () => phase.GetOrAdd(new byte[40_000], static (_, _, _) => { }, 0, out _));
        AssertRefusedElsewhere(() => phase.GetOrAdd("absent", static (_, _, _) => { }, 0, out _));
        phase.Dispose();
        Assert.Throws<ObjectDisposedException>(() => phase.GetOrAdd("absent", ThrowForText, 0, out _));
        Assert.Equal(2, map.Count);
        Assert.Empty(map.Inner.Shards.FindViolations());
    }

    private static void AssertRefusedElsewhere(Action call)
    {
        Exception? failure = null;
        Thread other = new(() => failure = Record.Exception(call));
        other.Start();
        other.Join();
        Assert.IsType<InvalidOperationException>(failure);
    }

    private static void WriteText(ReadOnlySpan<char> key, IBufferWriter<byte> output, byte[] value)
    {
        output.Write(Encoding.UTF8.GetBytes(key.ToString()));
        output.Write(value);
    }

    private static void ThrowForText(ReadOnlySpan<char> key, IBufferWriter<byte> output, int unused) =>
        throw new NotSupportedException();

    private static void ThrowForBytes(ReadOnlySpan<byte> key, IBufferWriter<byte> output, int unused) =>
        throw new NotSupportedException();

    private static string KeyOf(int number) => $"{new string('k', number % 50)}{number}";

    /// <summary>A buffer writer that calls something whenever it is asked for room.</summary>
    private sealed class CallingWriter : IBufferWriter<byte>
    {
        private readonly ArrayBufferWriter<byte> _inner = new();

        public Action OnGetSpan { get; set; } = static () => { };

        public ReadOnlySpan<byte> Written => _inner.WrittenSpan;

        public void Advance(int count) => _inner.Advance(count);

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            OnGetSpan();
            return _inner.GetMemory(sizeHint);
        }

        public Span<byte> GetSpan(int sizeHint = 0)
        {
            OnGetSpan();
            return _inner.GetSpan(sizeHint);
        }
    }
}
