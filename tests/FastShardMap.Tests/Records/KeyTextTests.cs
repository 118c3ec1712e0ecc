using System.Text;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Records;

/// <summary>Text and its bytes make the same key, by whatever path.</summary>
public unsafe class KeyTextTests
{
    private static readonly HashSeed s_seed = new(0x9E3779B97F4A7C15, 0xD1B54A32D192ED03);

    private static readonly char[] s_others = ['x', '\u007F', '\u0080', '\u07FF', '\u0800', '\uF8FF', '\u8080'];

    [Theory]
    [InlineData("a")]
    [InlineData("é")]
    [InlineData("語")]
    public void Key_EveryLength_IsThatOfTheBytes(string element)
    {
        Random random = new(TestSeed.For(nameof(Key_EveryLength_IsThatOfTheBytes)));
        byte* textBuffer = stackalloc byte[KeyText.BufferBytes];
        for (int length = 0; length <= 700; length++)
        {
            StringBuilder builder = new();
            for (int i = 0; i < length; i++)
            {
                builder.Append(random.Next(8) == 0 ? element : $"{(char)random.Next(0x80)}");
            }

            string text = builder.ToString();
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            AssertIsThatOfTheBytes(text);
            using KeyText key = new(text, textBuffer, s_seed);
            byte[] record = new byte[utf8.Length + 1];
            fixed (byte* copy = record)
            {
                if (key.Key.IsLong)
                {
                    PresentedBytes.CopyTo(key.Key.Address, copy, utf8.Length);
                    Assert.True(key.Key.Equals(key.Key.At(copy)));
                    int changed = random.Next(utf8.Length);
                    record[changed] ^= 1;
                    Assert.False(key.Key.Equals(key.Key.At(copy)), $"byte {changed} of {utf8.Length}");
                }
            }
        }
    }

    /// <summary>Words of characters of two bytes, and long text, are encoded in registers as long as no other character
    /// is among them.</summary>
    [Theory]
    [InlineData('\u0080', 40)]
    [InlineData('\u03C9', 40)]
    [InlineData('\u07FF', 40)]
    [InlineData('x', 200)]
    public void Key_OneOtherCharacterAnywhere_IsThatOfTheBytes(char most, int maxLength)
    {
        for (int length = 1; length <= maxLength; length++)
        {
            char[] text = new string(most, length).ToCharArray();
            AssertIsThatOfTheBytes(new string(text));
            foreach (char other in s_others)
            {
                int place = other % length;
                for (int i = 0; i < length; i += maxLength > 100 ? 7 : 1)
                {
                    text[i] = other;
                    text[place] = other;
                    AssertIsThatOfTheBytes(new string(text));
                    text[i] = text[place] = most;
                }
            }
        }
    }

    [Theory]
    [InlineData(960)]
    [InlineData(961)]
    [InlineData(32_766)]
    public void Key_LongAsciiText_IsThatOfTheBytes(int length)
    {
        AssertIsThatOfTheBytes(new string('x', length));
        AssertIsThatOfTheBytes(new string('x', length - 2) + "\u03C9");
    }

    [Fact]
    public void Key_EveryCharacterOfEveryAsciiLength_MattersForTheHash()
    {
        byte* buffer = stackalloc byte[KeyText.BufferBytes];
        for (int length = 1; length <= 200; length++)
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

    private static void AssertIsThatOfTheBytes(string text)
    {
        byte* textBuffer = stackalloc byte[KeyText.BufferBytes];
        byte* bytesBuffer = stackalloc byte[RecordKey.BufferBytes];
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        using KeyText key = new(text, textBuffer, s_seed);
        fixed (byte* bytes = utf8)
        {
            RecordKey expected = KeyBytes.Present(bytes, utf8.Length, bytesBuffer, s_seed);
            Assert.Equal(expected.First, key.Key.First);
            Assert.Equal(utf8.Length, key.Key.Length);
            Assert.Equal(expected.IsLong, key.Key.IsLong);
            if (expected.IsLong)
            {
                byte[] record = new byte[utf8.Length];
                fixed (byte* copy = record)
                {
                    PresentedBytes.CopyTo(key.Key.Address, copy, record.Length);
                }

                Assert.Equal(utf8, record);
            }
            else
            {
                Assert.Equal(expected.Last, key.Key.Last);
            }
        }
    }

    private static ulong HashOf(char[] text, byte* buffer)
    {
        using KeyText key = new(text, buffer, s_seed);
        return default(RecordKeyHasher).Hash(key.Key, s_seed);
    }
}
