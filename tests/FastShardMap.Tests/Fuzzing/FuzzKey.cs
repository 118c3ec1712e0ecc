using FastShardMap.Records;

namespace FastShardMap.Tests.Fuzzing;

/// <summary>A key of a fuzzed text map. Its length is near one at which keys change their form, and its contents are
/// likely to be taken for those of others.</summary>
internal sealed class FuzzKey
{
    private static readonly int[] s_lengths = [0, 1, 7, 8, 15, 16, 17, 63, 64, 65, 255, 32_766, 32_767];
    private static readonly FuzzKey[] s_keys =
    [
        .. Enumerable.Range(0, 256).Select(static number => new FuzzKey(number)),
    ];

    private FuzzKey(int number)
    {
        int length = s_lengths[number % s_lengths.Length];
        int variant = number / s_lengths.Length;
        if (variant < 4)
        {
            Bytes = NotUtf8(length, variant);
        }
        else
        {
            Text = TextOf(length, variant);
            byte[] bytes = new byte[Text.Length * Wtf8.MaxBytesPerChar];
            Bytes = bytes[..Wtf8.Encode(Text, bytes)];
            Assert.Equal(length, Bytes.Length);
        }

        Identity = Convert.ToHexString(Bytes);
    }

    public static IReadOnlyList<FuzzKey> All => s_keys;

    /// <summary>The bytes.</summary>
    public byte[] Bytes { get; }

    /// <summary>The text; null if the bytes are not those of a text.</summary>
    public string? Text { get; }

    /// <summary>Equal for equal keys.</summary>
    public string Identity { get; }

    public bool IsTooLong => Bytes.Length == s_lengths[^1];

    // Bytes that are UTF-8 nowhere, that end too early, or that are cut surrogates.
    private static byte[] NotUtf8(int length, int variant)
    {
        byte[] bytes = new byte[length];
        bytes.AsSpan().Fill(variant == 0 ? (byte)0xFF : (byte)'k');
        if (length > 0)
        {
            bytes[^1] = variant switch { 1 => 0xC3, 2 => 0xED, _ => 0x80 };
        }

        return bytes;
    }

    private static string TextOf(int bytes, int variant)
    {
        // The variant is the last character, or the first, so that the rest of the keys is equal.
        string mark = variant switch
        {
            4 => "\0",
            5 => "\ud83d", // one half of a pair
            6 => "\udc00",
            7 => "\ud83d\ude00",
            8 => "ü",
            9 => "€",
            _ => ((char)('a' + variant)).ToString(),
        };
        int markBytes = variant switch { 5 or 6 or 9 => 3, 7 => 4, 8 => 2, _ => 1 };
        if (markBytes > bytes)
        {
            return new string('s', bytes);
        }

        string rest = variant % 3 == 0
            ? new string('\0', bytes - markBytes)
            : new string('k', bytes - markBytes);
        return variant % 2 == 0 ? rest + mark : mark + rest;
    }
}
