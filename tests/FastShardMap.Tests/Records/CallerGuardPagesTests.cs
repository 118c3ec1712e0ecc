using System.Text;
using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Records;
using FastShardMap.Serialization;
using FastShardMap.Tests.Memory;

namespace FastShardMap.Tests.Records;

/// <summary>Keys, values and destinations of a caller that end at an inaccessible page: an access past them ends the
/// process.</summary>
[Collection(SerialTests.Name)]
public sealed unsafe class CallerGuardPagesTests
{
    private const int MostBytes = 32_766;

    private static readonly HashSeed s_seed = new(0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03);

    private static readonly int[] s_lengths =
        [.. Enumerable.Range(0, 131), 255, 256, 257, 319, 320, 321, 959, 960, 961, 1000, 4096, MostBytes];

    private readonly GuardedEnd _key = new(8 * MostBytes);
    private readonly GuardedEnd _value = new(8 * MostBytes);
    private readonly GuardedEnd _destination = new(8 * MostBytes);

    [Fact]
    public void Hash_OfAllLengths_StaysInTheBytes()
    {
        byte* roomOfKey = stackalloc byte[RecordKey.BufferBytes];
        foreach (int length in s_lengths)
        {
            byte[] bytes = BlobBytes.Create(length, length);
            Assert.Equal(HashMixer.Mix(bytes, s_seed), HashMixer.Mix(_key.Put(bytes), s_seed));
            Assert.Equal(Crc32C.Of(bytes), Crc32C.Of(_key.Put(bytes)));
            fixed (byte* elsewhere = bytes)
            {
                RecordKey expected = KeyBytes.Present(elsewhere, length, roomOfKey, s_seed);
                RecordKey key = KeyBytes.Present(
                    _key.LastAddress(length), length, _destination.LastAddress(RecordKey.BufferBytes), s_seed);
                Assert.Equal(expected.First, key.First);
                Assert.Equal(expected.Length, key.Length);
            }
        }
    }

    /// <summary>A record that differs from the key in any one byte is read to its end, and not further.</summary>
    [Fact]
    public void Comparison_WithARecord_StaysInTheBytes()
    {
        foreach (int length in s_lengths.Where(static length => length > RecordKey.MaxInlineBytes))
        {
            byte[] bytes = BlobBytes.Create(length, length);
            byte* record = _value.LastAddress(length);
            _key.Put(bytes);
            RecordKey key = KeyBytes.Present(
                _key.LastAddress(length), length, _destination.LastAddress(RecordKey.BufferBytes), s_seed);
            PresentedBytes.CopyTo(key.Address, record, length);
            Assert.True(_value.Last(length).SequenceEqual(bytes));
            Assert.True(KeyBytes.WasHashed(key, record, s_seed));
            Assert.True(PresentedBytes.AreEqual(key.Address, record, length));
            Assert.True(key.Equals(key.At(record)));
            foreach (int index in new[] { 0, length / 2, length - 2, length - 1 })
            {
                record[index] ^= 1;
                Assert.False(PresentedBytes.AreEqual(key.Address, record, length));
                record[index] ^= 1;
            }

            byte* room = _destination.LastAddress(RecordKey.BufferBytes);
            RecordKey stored = RecordKeys.PresentStored(key.At(record), room);
            Assert.True(PresentedBytes.AreEqual(stored.Address, _key.LastAddress(length), length));
        }
    }

    [Fact]
    public void Transcoding_OfAllLengths_StaysInTheText()
    {
        foreach (string text in Texts())
        {
            byte[] utf8 = new byte[text.Length * Wtf8.MaxBytesPerChar];
            utf8 = utf8[..Wtf8.Encode(text, utf8)];
            Span<byte> encoded = _destination.Last(text.Length * Wtf8.MaxBytesPerChar);
            Assert.Equal(utf8.Length, Wtf8.Encode(_key.Put(text), encoded));
            Assert.True(encoded[..utf8.Length].SequenceEqual(utf8));
            Assert.Equal(utf8.Length, Wtf8.CountBytes(_key.Put(text)));
            Span<char> decoded = _destination.LastChars(utf8.Length);
            Assert.Equal(text.Length, Wtf8.Decode(_key.Put(utf8), decoded));
            Assert.True(decoded[..text.Length].SequenceEqual(text));
            Assert.Equal(text, Wtf8.Decode(_key.Put(utf8)));
            Assert.Equal(text.Length, Wtf8.CountChars(_key.Put(utf8)));
            for (int cut = 0; cut < Math.Min(utf8.Length, 4); cut++)
            {
                ReadOnlySpan<byte> bytes = _key.Put(utf8.AsSpan(..^cut));
                Assert.InRange(Wtf8.WholeChars(bytes).Length, 0, bytes.Length);
                _ = Wtf8.Decode(bytes);
                _ = Wtf8.Decode(bytes, _destination.LastChars(bytes.Length));
            }
        }
    }

    [Fact]
    public void TextKey_OfAllLengths_StaysInTheTextAndTheBuffer()
    {
        byte* roomOfKey = stackalloc byte[RecordKey.BufferBytes];
        foreach (string text in Texts())
        {
            byte[] utf8 = new byte[text.Length * Wtf8.MaxBytesPerChar];
            utf8 = utf8[..Wtf8.Encode(text, utf8)];
            if (utf8.Length > MostBytes)
            {
                continue;
            }

            using KeyText key = new(_key.Put(text), _destination.LastAddress(KeyText.BufferBytes), s_seed);
            fixed (byte* bytes = utf8)
            {
                RecordKey expected = KeyBytes.Present(bytes, utf8.Length, roomOfKey, s_seed);
                Assert.Equal(expected.First, key.Key.First);
                Assert.Equal(expected.Length, key.Key.Length);
            }
        }
    }

    [Fact]
    public void TextMap_KeysOfTheCaller_StaysInTheText()
    {
        using TextShardMap<int> map = new();
        string[] texts = [.. Texts().Distinct().Where(static text => Wtf8.CountBytes(text) <= MostBytes)];
        for (int i = 0; i < texts.Length; i++)
        {
            Assert.True(map.TryAdd(_key.Put(texts[i]), i));
            Assert.False(map.TryAdd(_key.Put(texts[i]), -1));
        }

        for (int i = 0; i < texts.Length; i++)
        {
            Assert.Equal(i, map[texts[i]]);
            Assert.Equal(i, map[_key.Put(texts[i])]);
            Assert.Equal(i, map.GetOrAdd(_key.Put(texts[i]), -1));
            Assert.True(map.TryUpdate(_key.Put(texts[i]), i + 1, i));
        }

        foreach (TextEntry<int> entry in map)
        {
            string text = texts[entry.Value - 1];
            Span<char> chars = _destination.LastChars(text.Length);
            Assert.Equal(text.Length, entry.CopyKeyTo(chars));
            Assert.True(chars.SequenceEqual(text));
        }

        for (int i = 0; i < texts.Length; i++)
        {
            Assert.True(map.TryRemove(_key.Put(texts[i]), out int value));
            Assert.Equal(i + 1, value);
        }
    }

    [Fact]
    public void BytesMap_KeysOfTheCaller_StaysInTheBytes()
    {
        using BytesShardMap<int> map = new();
        ReadOnlyMemory<byte>[] keys = Array.ConvertAll(
            s_lengths,
            static length => (ReadOnlyMemory<byte>)new GuardedEnd(length).PutMemory(BlobBytes.Create(length, length)));
        int[] values = new int[keys.Length];
        Assert.Equal(keys.Length, map.TryAddRange(keys, s_lengths));
        Assert.Equal(keys.Length, map.TryGetValues(keys, values, new bool[keys.Length]));
        Assert.Equal(s_lengths, values);
        foreach (int length in s_lengths)
        {
            byte[] key = BlobBytes.Create(length, length);
            Assert.Equal(length, map[_key.Put(key)]);
            Assert.Equal(length, map.AddOrUpdate(_key.Put(key), -1, static (_, value) => value));
            Assert.True(map.TryRemove(_key.Put(key), out _));
            Assert.True(map.TryAdd(_key.Put(key), length));
        }

        map.SetRange(keys, values);
        Assert.Equal(keys.Length, map.TryRemoveRange(keys));
    }

    [Fact]
    public void BlobMap_KeysAndValuesOfTheCaller_StaysInTheBytes()
    {
        using BlobShardMap map = new();
        GuardedWriter writer = new(8 * MostBytes);
        foreach (int length in s_lengths)
        {
            byte[] bytes = BlobBytes.Create(length, length);
            Assert.True(map.TryAdd(_key.Put(bytes), _value.Put(bytes)));
            Assert.True(map.TryGetValue(_key.Put(bytes), _destination.Last(length), out int stored));
            Assert.Equal(length, stored);
            Assert.True(_destination.Last(length).SequenceEqual(bytes));
            Assert.True(map.TryGetValue(_key.Put(bytes), writer));
            Assert.True(writer.Written.SequenceEqual(bytes));
            writer.Clear();
            Assert.True(map.TryUpdate(_key.Put(bytes), _destination.Put(bytes), _value.Put(bytes)));
            Assert.True(map.GetOrAdd(_key.Put(bytes), [], _destination.Last(length), out _));
            map.Set(_key.Put(bytes), _value.Put(bytes));
            Assert.True(map.TryRemove(_key.Put(bytes), _destination.Last(length), out _));
            Assert.True(map.TryAdd(_key.Put(bytes), _value.Put(bytes)));
        }

        ReadOnlyMemory<byte>[] all = Array.ConvertAll(
            s_lengths,
            static length => (ReadOnlyMemory<byte>)new GuardedEnd(length).PutMemory(BlobBytes.Create(length, length)));
        Assert.Equal(all.Length, map.TryGetValues(all, writer, new int[all.Length]));
        map.SetRange(all, all);
        Assert.Equal(all.Length, map.TryRemoveRange(all));
        Assert.Equal(all.Length, map.TryAddRange(all, all));
    }

    /// <summary>Text of one, two and three bytes per character, with pairs and with lone surrogates at the end.
    /// </summary>
    private static IEnumerable<string> Texts()
    {
        foreach (int length in s_lengths)
        {
            string text = new('a', length);
            yield return text;
            if (length == 0)
            {
                continue;
            }

            foreach (char last in "é語\uD83D\uDE00")
            {
                yield return text[..^1] + last;
                yield return new string('ж', length - 1) + last;
            }

            yield return new string('語', length) + "#";
            yield return text + "\uD83D\uDE00";
        }
    }
}
