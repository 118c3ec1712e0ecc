using System.Globalization;
using System.IO.Pipelines;
using FastShardMap.Layout;
using FastShardMap.Serialization;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Records;

/// <summary>Saved maps with values of any length.</summary>
public class BlobFileTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2_000, 300)]
    [InlineData(20, 400_000)]
    public async Task SaveAndLoad_EveryWay_KeepAllEntries(int count, int longest)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        using BlobShardMap map = Filled(count, longest);
        using MemoryStream file = new();
        List<long> saved = [];
        map.Save(file, new Reports(saved));
        await map.SaveAsync(file, cancellationToken: token);
        file.Position = 0;
        List<long> read = [];
        using (BlobShardMap first = BlobShardMap.Load(file, progress: new Reports(read)))
        using (BlobShardMap second = await BlobShardMap.LoadAsync(file, cancellationToken: token))
        {
            Assert.Equal(file.Length, file.Position);
            AssertSame(map, first);
            AssertSame(map, second);
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
        using BlobShardMap third = await BlobShardMap.LoadAsync(pipe.Reader, cancellationToken: token);
        await saving;
        AssertSame(map, third);
        string path = Path.GetTempFileName();
        try
        {
            map.SaveTo(path);
            using BlobShardMap fourth = BlobShardMap.LoadFrom(path);
            AssertSame(map, fourth);
            await map.SaveToAsync(path, cancellationToken: token);
            using BlobShardMap fifth = await BlobShardMap.LoadFromAsync(path, cancellationToken: token);
            AssertSame(map, fifth);
            await File.AppendAllTextAsync(path, "x", token);
            Assert.Throws<InvalidDataException>(() => BlobShardMap.LoadFrom(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The ends of blocks fall on every part of an entry.</summary>
    [Fact]
    public void SaveAndLoad_ValuesAroundTheEndOfABlock_KeepAllEntries()
    {
        for (int length = BlobFormat.BlockBytes - 40; length <= BlobFormat.BlockBytes + 2; length++)
        {
            using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1 });
            map.Set("first", BlobBytes.Create(length, length));
            map.Set("a key of more than fifteen bytes", BlobBytes.Create(2, 200));
            map.Set("last", []);
            using BlobShardMap loaded = BlobShardMap.Load(new MemoryStream(Saved(map)));
            AssertSame(map, loaded);
        }
    }

    /// <summary>The lengths of keys move the end of each block over every byte of entries without a value.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void SaveAndLoad_EmptyValuesAtTheEndsOfBlocks_KeepAllEntries(int everyValue)
    {
        for (int keyLength = 4; keyLength <= 24; keyLength++)
        {
            int entriesPerBlock = BlobFormat.BlockBytes / (keyLength + 2);
            int[] counts = [entriesPerBlock - 1, entriesPerBlock, entriesPerBlock + 1, (3 * entriesPerBlock) + 5];
            foreach (int count in counts)
            {
                using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1, Capacity = count });
                map.Set("", []);
                for (int i = 1; i < count; i++)
                {
                    string key = i.ToString(CultureInfo.InvariantCulture).PadLeft(keyLength, 'k');
                    map.Set(key, everyValue != 0 && i % everyValue == 0 ? BlobBytes.Create(i, i % 7) : []);
                }

                using BlobShardMap loaded = BlobShardMap.Load(new MemoryStream(Saved(map)));
                Assert.Equal(map.Count, loaded.Count);
                AssertSame(map, loaded);
            }
        }
    }

    /// <summary>An entry without a value, an empty key, and an entry with a value around the end of a block.</summary>
    [Theory]
    [InlineData("last", 0)]
    [InlineData("", 0)]
    [InlineData("", 1)]
    [InlineData("a key of more than fifteen bytes", 0)]
    public void SaveAndLoad_EntryAroundTheEndOfABlock_KeepsIt(string key, int valueLength)
    {
        for (int length = BlobFormat.BlockBytes - 50; length <= BlobFormat.BlockBytes + 2; length++)
        {
            using BlobShardMap map = new(new ShardMapOptions { ShardCount = 1 });
            map.Set("0", BlobBytes.Create(1, length));
            map.Set(key, BlobBytes.Create(2, valueLength));
            using BlobShardMap loaded = BlobShardMap.Load(new MemoryStream(Saved(map)));
            AssertSame(map, loaded);
        }
    }

    /// <summary>Files of earlier builds count an entry without a value at the end of a full block in the next
    /// block.</summary>
    [Fact]
    public void Load_EmptyValueCountedInTheNextBlock_IsRead()
    {
        byte[] full = new byte[BlobFormat.BlockBytes];
        byte[] first = [1, (byte)'a', 0xF8, 0xFF, 0x03]; // 65,528 bytes follow
        byte[] second = [1, (byte)'b', 0];
        first.CopyTo(full, 0);
        second.CopyTo(full, full.Length - second.Length);
        byte[] third = [1, (byte)'c', 2, 8, 9];

        using BlobShardMap map = BlobShardMap.Load(new MemoryStream(Sealed(3, (full, 1), (third, 2))));
        Assert.Equal(3, map.Count);
        BlobShardMap.Load(new MemoryStream(Sealed(3, (full, 2), (third, 1)))).Dispose();

        Refusal(Sealed(3, (full, 1), (third, 1)));
        Refusal(Sealed(2, (full, 1), (third, 1)));
        Refusal(Sealed(3, (full, 0), (third, 3)));
        Refusal(Sealed(2, (full, 1)));
        Refusal(Sealed(2, (second, 0), (third, 2)));
    }

    [Fact]
    public void Load_AnotherKindOfValues_IsRefusedWithTheReason()
    {
        using BlobShardMap blobs = Filled(3, 10);
        using TextShardMap<long> text = new();
        text["a"] = 1;
        using MemoryStream file = new();
        text.Save(file);

        Assert.Contains("fixed size", Refusal(file.ToArray()), StringComparison.Ordinal);
        Assert.Contains(
            "values",
            Assert.Throws<InvalidDataException>(() => TextShardMap<long>.Load(new MemoryStream(Saved(blobs)))).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => TextShardMap<byte>.Load(new MemoryStream(Saved(blobs))));
        Assert.Contains(
            "BlobShardMap",
            Assert.Throws<InvalidDataException>(
                () => ShardMap<long, long>.Load(new MemoryStream(Saved(blobs)))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TruncatedOrWithAnyBitFlipped_IsRefused()
    {
        using BlobShardMap map = Filled(6, 30);
        byte[] file = Saved(map);
        for (int length = 0; length < file.Length; length++)
        {
            Refusal(file[..length]);
        }

        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            Refusal(file);
            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        BlobShardMap.Load(new MemoryStream(file)).Dispose();
    }

    /// <summary>Files whose checksums are right and whose entries are not.</summary>
    [Fact]
    public void Load_ValidChecksumsAndInvalidEntries_IsRefused()
    {
        byte[] entry = [1, (byte)'a', 2, 8, 9];
        BlobShardMap.Load(new MemoryStream(Sealed(1, (entry, 1)))).Dispose();
        BlobShardMap.Load(new MemoryStream(Sealed(1, (entry[..2], 0), (entry[2..4], 0), (entry[4..], 1)))).Dispose();

        Refusal(Sealed(1, (entry, 0)));
        Refusal(Sealed(1, (entry[..4], 1)));
        Refusal(Sealed(1, ([.. entry, 0], 1)));
        Refusal(Sealed(2, (entry, 1), (entry, 1)));
        Refusal(Sealed(2, (entry, 1), ([], 1)));
        Refusal(Sealed(1, ([0x81, 0x00, (byte)'a', 0], 1)));
        Refusal(Sealed(1, ([1, (byte)'a', 0x80, 0x00], 1)));
        Refusal(Sealed(1, ([0xFF, 0xFF, 0x7F, 0], 1)));
        Refusal(Sealed(1, ([1, (byte)'a', 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], 1)));
        Refusal(Sealed(1, ([1, (byte)'a', 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], 1)));
        Refusal(Sealed(1, ([1, (byte)'a', 0x81, 0x80, 0x80, 0x80, 0x04, 1], 1)));
    }

    /// <summary>An entry that claims a gibibyte takes no memory for it.</summary>
    [Fact]
    public void Load_LongValueThatIsNotThere_TakesNoMemoryForIt()
    {
        byte[] file = Sealed(1, ([1, (byte)'a', 0x80, 0x80, 0x80, 0x80, 0x04, 1, 2, 3], 0), (new byte[60_000], 1));
        long before = GC.GetAllocatedBytesForCurrentThread();

        Refusal(file);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    private static BlobShardMap Filled(int count, int longest)
    {
        Random random = new(TestSeed.For($"{nameof(BlobFileTests)} {count} {longest}"));
        BlobShardMap map = new();
        for (int i = 0; i < count; i++)
        {
            string key = i % 2 == 0 ? $"{i}" : $"\uD800 entry {new string('é', i % 100)} {i}";
            map.Set(key, BlobBytes.Create(i, random.Next(longest + 1)));
        }

        return map;
    }

    private static byte[] Saved(BlobShardMap map)
    {
        using MemoryStream file = new();
        map.Save(file);
        return file.ToArray();
    }

    private static byte[] Sealed(long count, params (byte[] Bytes, int Entries)[] blocks)
    {
        RecordFormat format = BlobFormat.ForWriting(count);
        using MemoryStream file = new();
        byte[] header = new byte[MapFormat.HeaderBytes];
        BlobFormat.WriteHeader(format, header, KeyForm.Text);
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

    private static void AssertSame(BlobShardMap expected, BlobShardMap map)
    {
        Assert.Empty(map.Inner.Shards.FindViolations());
        Assert.Equal(expected.Count, map.Count);
        foreach (BlobEntry entry in expected)
        {
            byte[] room = new byte[entry.Value.Length];
            Assert.True(map.TryGetValue(entry.Utf8Key, room, out int length));
            Assert.Equal(room.Length, length);
            Assert.True(entry.Value.SequenceEqual(room));
        }
    }

    // Also from a stream whose length is not known.
    private static string Refusal(byte[] file)
    {
        PipeReader reader = PipeReader.Create(new System.Buffers.ReadOnlySequence<byte>(file));
        Assert.Throws<InvalidDataException>(() => BlobShardMap.Load(reader.AsStream()));
        return Assert.Throws<InvalidDataException>(() => BlobShardMap.Load(new MemoryStream(file))).Message;
    }

    private sealed class Reports(List<long> all) : IProgress<long>
    {
        public void Report(long value) => all.Add(value);
    }
}
