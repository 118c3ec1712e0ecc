using System.IO.Pipelines;
using FastShardMap.Layout;
using FastShardMap.Serialization;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Records;

/// <summary>Saved maps with keys of any length.</summary>
public class TextFileTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20_000)]
    public async Task SaveAndLoad_EveryWay_KeepAllEntries(int count)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        using TextShardMap<long> map = Filled(count);
        Dictionary<string, long> expected = map.ToDictionary();
        using MemoryStream file = new();
        List<long> saved = [];
        map.Save(file, new Reports(saved));
        await map.SaveAsync(file, cancellationToken: token);
        file.Position = 0;
        List<long> read = [];
        using (TextShardMap<long> first = TextShardMap<long>.Load(file, progress: new Reports(read)))
        using (TextShardMap<long> second = await TextShardMap<long>.LoadAsync(file, cancellationToken: token))
        {
            Assert.Equal(file.Length, file.Position);
            AssertSame(expected, first);
            AssertSame(expected, second);
        }

        Assert.Equal(count, saved[^1]);
        Assert.Equal(count, read[^1]);
        Pipe pipe = new();
        Task saving = Task.Run(
            async () =>
            {
                await map.SaveAsync(pipe.Writer, cancellationToken: token);
                await pipe.Writer.CompleteAsync();
            },
            token);
        using TextShardMap<long> third = await TextShardMap<long>.LoadAsync(pipe.Reader, cancellationToken: token);
        await saving;
        AssertSame(expected, third);
        string path = Path.GetTempFileName();
        try
        {
            map.SaveTo(path);
            using TextShardMap<long> fourth = TextShardMap<long>.LoadFrom(path);
            AssertSame(expected, fourth);
            await map.SaveToAsync(path, cancellationToken: token);
            using TextShardMap<long> fifth = await TextShardMap<long>.LoadFromAsync(path, cancellationToken: token);
            AssertSame(expected, fifth);
            await File.AppendAllTextAsync(path, "x", token);
            Assert.Throws<InvalidDataException>(() => TextShardMap<long>.LoadFrom(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void SaveAndLoad_Bytes_KeepAnyBytes()
    {
        using BytesShardMap<int> map = new();
        Random random = new(8);
        for (int length = 0; length < 300; length++)
        {
            byte[] key = new byte[length];
            random.NextBytes(key);
            map[key] = length;
        }

        map[new byte[32_766]] = -1;
        using MemoryStream file = new();
        map.Save(file);
        file.Position = 0;
        using BytesShardMap<int> loaded = BytesShardMap<int>.Load(file);

        Assert.Equal(map.Count, loaded.Count);
        foreach ((byte[] key, int value) in map.AsArrays())
        {
            Assert.Equal(value, loaded[key]);
        }

        Assert.Empty(loaded.Inner.Shards.FindViolations());
    }

    [Fact]
    public void Load_AnotherKindOfKeysOrValues_IsRefusedWithTheReason()
    {
        using TextShardMap<long> text = Filled(3);
        using ShardMap<ulong, long> fixedKeys = new();
        fixedKeys[1] = 1;
        byte[] file = Saved(text);
        using MemoryStream old = new();
        fixedKeys.Save(old);

        AssertRefused("not byte strings", () => BytesShardMap<long>.Load(new MemoryStream(file)));
        AssertRefused("values", () => TextShardMap<ulong>.Load(new MemoryStream(file)));
        AssertRefused("TextShardMap", () => ShardMap<ulong, long>.Load(new MemoryStream(file)));
        AssertRefused("ShardMap", () => TextShardMap<long>.Load(new MemoryStream(old.ToArray())));
        old.Position = 0;
        using ShardMap<ulong, long> loaded = ShardMap<ulong, long>.Load(old);
        Assert.Equal(1, loaded[1]);
        Assert.Equal(1, old.ToArray()[8]);
        Assert.Equal(2, file[8]);
    }

    [Fact]
    public void Load_TruncatedOrWithAnyBitFlipped_IsRefused()
    {
        using TextShardMap<long> map = Filled(5);
        byte[] file = Saved(map);
        for (int length = 0; length < file.Length; length++)
        {
            AssertRefused(file[..length]);
        }

        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertRefused(file);
            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        TextShardMap<long>.Load(new MemoryStream(file)).Dispose();
    }

    [Fact]
    public void Load_RandomDamage_IsRefused()
    {
        Random random = new(TestSeed.For(nameof(Load_RandomDamage_IsRefused)));
        using TextShardMap<long> map = Filled(6_000);
        byte[] file = Saved(map);
        int rounds = Soak.IsOn ? 600 : 20;
        for (int round = 0; round < rounds; round++)
        {
            byte[] damaged = [.. file];
            int from = random.Next(file.Length);
            int length = Math.Min(file.Length - from, 1 + random.Next(1 << random.Next(1, 16)));
            switch (random.Next(4))
            {
                case 0:
                    random.NextBytes(damaged.AsSpan(from, length));
                    break;
                case 1:
                    damaged.AsSpan(from, length).Clear();
                    break;
                case 2: // bytes lost
                    damaged = [.. damaged[..from], .. damaged[(from + length)..]];
                    break;
                default: // bytes repeated
                    damaged = [.. damaged[..(from + length)], .. damaged[from..]];
                    break;
            }

            if (!damaged.AsSpan().StartsWith(file))
            {
                AssertRefused(damaged);
            }
        }
    }

    /// <summary>Blocks with correct checksums, such as a hostile writer can produce, whose entries are not
    /// valid.</summary>
    [Theory]
    [InlineData(new byte[] { 0x80 }, "an unfinished length")]
    [InlineData(new byte[] { 0x80, 0x00 }, "a length that is longer than needed")]
    [InlineData(new byte[] { 0xFF, 0xFF, 0x01 }, "a length beyond the longest key")]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0x01 }, "a length of four bytes")]
    [InlineData(new byte[] { 0x20, 0x41 }, "a key that ends after the block")]
    [InlineData(new byte[] { 0x01, 0x41, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, "a byte after the last entry")]
    public void Load_SealedBlockWithInvalidEntries_IsRefused(byte[] entries, string what)
    {
        RecordFormat format = RecordFormat.ForWriting<long>(1);
        byte[] padded = [.. entries, .. new byte[Math.Max(0, format.MinEntryBytes - entries.Length)]];
        byte[] file = Sealed(format, (padded, 1));

        AssertRefused(file);
        Assert.NotEmpty(what);
        byte[] valid = [0x01, 0x41, 1, 0, 0, 0, 0, 0, 0, 0];
        using TextShardMap<long> map = TextShardMap<long>.Load(new MemoryStream(Sealed(format, (valid, 1))));
        Assert.Equal(1, map["A"]);
    }

    [Fact]
    public void Load_AKeyTwiceOrABlockInAnotherPlace_IsRefused()
    {
        byte[] entry = [0x01, 0x41, 1, 0, 0, 0, 0, 0, 0, 0];
        byte[] other = [0x01, 0x42, 1, 0, 0, 0, 0, 0, 0, 0];
        RecordFormat format = RecordFormat.ForWriting<long>(2);
        AssertRefused("twice", () => TextShardMap<long>.Load(new MemoryStream(Sealed(format, (entry, 1), (entry, 1)))));
        byte[] file = Sealed(format, (entry, 1), (other, 1));
        using TextShardMap<long> map = TextShardMap<long>.Load(new MemoryStream(file));
        Assert.Equal(2, map.Count);
        int block = RecordFormat.BlockHeaderBytes + entry.Length;
        byte[] exchanged =
        [
            .. file[..MapFormat.HeaderBytes],
            .. file.AsSpan(MapFormat.HeaderBytes + block, block),
            .. file.AsSpan(MapFormat.HeaderBytes, block),
            .. file[(MapFormat.HeaderBytes + (2 * block))..],
        ];
        AssertRefused(exchanged);
    }

    [Fact]
    public void MergeFrom_RefusedFile_ChangesNothing()
    {
        using TextShardMap<long> map = Filled(50);
        using TextShardMap<long> other = Filled(5_000);
        byte[] file = Saved(other);
        Dictionary<string, long> before = map.ToDictionary();

        Assert.Throws<InvalidDataException>(() => map.MergeFrom(new MemoryStream(file[..^1])));

        AssertSame(before, map);
        Assert.Equal(5_000, map.MergeFrom(new MemoryStream(file)));
        Assert.Equal(5_000, map.Count);
    }

    [Fact]
    public void Lengths_OfAllKeys_ComeBack()
    {
        Span<byte> buffer = stackalloc byte[RecordFormat.MaxLengthBytes];
        for (int length = 0; length <= 32_766; length++)
        {
            int written = RecordFormat.WriteLength(buffer, length);
            Assert.Equal(written, RecordFormat.ReadLength(buffer[..written], out int read));
            Assert.Equal(length, read);
        }
    }

    private static TextShardMap<long> Filled(int count)
    {
        TextShardMap<long> map = new();
        for (int i = 0; i < count; i++)
        {
            string key = (i % 4) switch
            {
                0 => $"{i}",
                1 => $"entry {i} of a saved map",
                2 => $"{new string('é', i % 100)} {i}",
                _ => $"\uD800 {new string('x', i % 700)} {i}",
            };
            map[key] = i;
        }

        return map;
    }

    private static byte[] Saved(TextShardMap<long> map)
    {
        using MemoryStream file = new();
        map.Save(file);
        return file.ToArray();
    }

    private static byte[] Sealed(RecordFormat format, params (byte[] Bytes, int Entries)[] blocks)
    {
        using MemoryStream file = new();
        byte[] header = new byte[MapFormat.HeaderBytes];
        format.WriteHeader<long>(header, KeyForm.Text);
        file.Write(header);
        for (int i = 0; i < blocks.Length; i++)
        {
            byte[] block = [.. new byte[RecordFormat.BlockHeaderBytes], .. blocks[i].Bytes];
            format.SealBlock(block, i, blocks[i].Entries);
            file.Write(block);
        }

        byte[] end = new byte[MapFormat.EndBytes];
        format.WriteEnd(end, blocks.Length);
        file.Write(end);
        return file.ToArray();
    }

    private static void AssertSame(Dictionary<string, long> expected, TextShardMap<long> map)
    {
        Assert.Empty(map.Inner.Shards.FindViolations());
        Assert.Equal(expected.Count, map.Count);
        foreach ((string key, long value) in expected)
        {
            Assert.True(map.TryGetValue(key, out long found) && found == value);
        }
    }

    // Also from a stream whose length is not known.
    private static void AssertRefused(byte[] file)
    {
        Assert.Throws<InvalidDataException>(() => TextShardMap<long>.Load(new MemoryStream(file)));
        PipeReader reader = PipeReader.Create(new System.Buffers.ReadOnlySequence<byte>(file));
        Assert.Throws<InvalidDataException>(() => TextShardMap<long>.Load(reader.AsStream()));
    }

    private static void AssertRefused(string reason, Func<object> load) =>
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(load).Message, StringComparison.Ordinal);

    private sealed class Reports(List<long> all) : IProgress<long>
    {
        public void Report(long value) => all.Add(value);
    }
}
