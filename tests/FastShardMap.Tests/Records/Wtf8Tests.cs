using System.Text;
using System.Text.RegularExpressions;
using FastShardMap.Records;

namespace FastShardMap.Tests.Records;

public class Wtf8Tests
{
    // Escaped: lone surrogates do not survive a test runner that talks to another process.
    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("äöü€𝄞")]
    [InlineData(@"\uD800")]
    [InlineData(@"\uDFFF")]
    [InlineData(@"x\uDC00\uD800y")]
    [InlineData(@"\uD834\uDD1E\uD834")]
    [InlineData(@"\uD800\uD800\uDC00")]
    public void Encode_AnyText_ComesBack(string escaped)
    {
        string text = Regex.Unescape(escaped);
        byte[] bytes = new byte[text.Length * Wtf8.MaxBytesPerChar];
        ReadOnlySpan<byte> encoded = bytes.AsSpan(0, Wtf8.Encode(text, bytes));

        Assert.Equal(text, Wtf8.Decode(encoded));
        Assert.Equal(text.Length, Wtf8.CountChars(encoded));
        char[] chars = new char[encoded.Length];
        Assert.Equal(text, new string(chars, 0, Wtf8.Decode(encoded, chars)));
    }

    [Fact]
    public void Encode_TextWithoutLoneSurrogates_IsUtf8()
    {
        string text = "Zoë, Ω, 語, 𝄞";
        byte[] bytes = new byte[text.Length * Wtf8.MaxBytesPerChar];

        int length = Wtf8.Encode(text, bytes);

        Assert.Equal(Encoding.UTF8.GetBytes(text), bytes[..length]);
    }

    [Fact]
    public void Encode_AllPairsOfUnusualCharacters_StayDifferent()
    {
        char[] unusual = ['\0', 'a', '\u007F', '\u0080', '\u07FF', '\u0800', '\uD7FF', '\uD800', '\uDBFF', '\uDC00',
            '\uDFFF', '\uE000', '\uFFFD', '\uFFFF'];
        HashSet<string> encodings = new(StringComparer.Ordinal);
        foreach (char first in unusual)
        {
            foreach (char second in unusual)
            {
                string text = $"{first}{second}";
                byte[] bytes = new byte[6];
                Assert.True(encodings.Add(Convert.ToHexString(bytes, 0, Wtf8.Encode(text, bytes))));
                Assert.Equal(text, Wtf8.Decode(bytes.AsSpan(0, Wtf8.Encode(text, bytes))));
            }
        }
    }

    [Fact]
    public void Decode_InvalidBytes_AreReplaced()
    {
        Assert.Equal("a\uFFFDb", Wtf8.Decode([(byte)'a', 0xFF, (byte)'b']));
        Assert.Equal("\uFFFD", Wtf8.Decode([0xC3]));
        Assert.Equal("\uFFFD\uFFFD", Wtf8.Decode([0xED, 0xA0]));
        Assert.Equal(2, Wtf8.CountChars([0xED, 0xA0]));
    }
}
