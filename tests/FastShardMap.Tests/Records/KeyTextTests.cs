using System.Text;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Records;

/// <summary>Text and its bytes make the same key, by whatever path.</summary>
public unsafe class KeyTextTests
{
    private static readonly HashSeed s_seed = new(0x9E3779B97F4A7C15, 0xD1B54A32D192ED03);

    [Theory]
    [InlineData("a")]
    [InlineData("é")]
    [InlineData("語")]
    public void Key_EveryLength_IsThatOfTheBytes(string element)
    {
        Random random = new(TestSeed.For(nameof(Key_EveryLength_IsThatOfTheBytes)));
        byte* textBuffer = stackalloc byte[KeyText.BufferBytes];
        byte* bytesBuffer = stackalloc byte[RecordKey.BufferBytes];
        for (int length = 0; length <= 700; length++)
        {
            StringBuilder builder = new();
            for (int i = 0; i < length; i++)
            {
                builder.Append(random.Next(8) == 0 ? element : $"{(char)random.Next(0x80)}");
            }

            string text = builder.ToString();
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            using KeyText key = new(text, textBuffer, s_seed);
            fixed (byte* bytes = utf8)
            {
                RecordKey expected = KeyBytes.Present(bytes, utf8.Length, bytesBuffer, s_seed);
                Assert.Equal(utf8.Length, key.Key.Length);
                Assert.Equal(expected.First, key.Key.First);
                Assert.Equal(expected.IsLong, key.Key.IsLong);
                Assert.True(expected.IsLong || expected.Last == key.Key.Last);
            }

            byte[] record = new byte[utf8.Length + 1];
            fixed (byte* copy = record)
            {
                if (key.Key.IsLong)
                {
                    PresentedBytes.CopyTo(key.Key.Address, copy, utf8.Length);
                    Assert.Equal(utf8, record[..^1]);
                    Assert.True(key.Key.Equals(key.Key.At(copy)));
                    int changed = random.Next(utf8.Length);
                    record[changed] ^= 1;
                    Assert.False(key.Key.Equals(key.Key.At(copy)), $"byte {changed} of {utf8.Length}");
                }
            }
        }
    }

    [Fact]
    public void Key_EveryCharacterOfEveryAsciiLength_MattersForTheHash()
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        for (int length = 1; length <= 130; length++)
        {
            char[] text = new string('x', length).ToCharArray();
            HashSet<ulong> hashes = [HashOf(text, buffer)];
            for (int i = 0; i < length; i++)
            {
                text[i] = 'y';
                Assert.True(hashes.Add(HashOf(text, buffer)), $"character {i} of {length}");
                text[i] = 'x';
            }
        }
    }

    [Fact]
    public void Key_AnyCharacterThatIsNotAscii_IsNotNarrowed()
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        for (int length = 1; length <= RecordKey.MaxFourVectorBytes; length++)
        {
            char[] text = new string('x', length).ToCharArray();
            for (int i = 0; i < length; i++)
            {
                foreach (char other in (ReadOnlySpan<char>)['\u0080', '\u00FF', '\u0178', '\u7F78', '\u8078', '\uFF78'])
                {
                    text[i] = other;
                    fixed (char* chars = text)
                    {
                        Assert.False(
                            !KeyText.PresentAscii((ushort*)chars, length, buffer, s_seed).IsNone,
                            $"{(int)other:X4} at {i} of {length}");
                    }
                }

                text[i] = 'x';
            }
        }
    }

    private static ulong HashOf(char[] text, byte* buffer)
    {
        using KeyText key = new(text, buffer, s_seed);
        return default(RecordKeyHasher).Hash(key.Key, s_seed);
    }
}
