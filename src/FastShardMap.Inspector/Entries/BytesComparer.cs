using FastShardMap.Inspector.Maps;
using FastShardMap.Records;

namespace FastShardMap.Inspector.Entries;

/// <summary>Compares keys of any length with a constant, byte by byte as the map does.</summary>
internal sealed class BytesComparer
{
    private readonly byte[] _bytes;
    private readonly string? _text;

    private BytesComparer(byte[] bytes, string? text)
    {
        _bytes = bytes;
        _text = text;
    }

    /// <summary>The comparer for a text. A key with escapes can also be given in the form in which it is
    /// shown.</summary>
    public static BytesComparer OfText(string text)
    {
        byte[] bytes = new byte[text.Length * Wtf8.MaxBytesPerChar];
        return new BytesComparer(bytes[..Wtf8.Encode(text, bytes)], text);
    }

    /// <summary>The comparer for bytes in hexadecimal; null if the text is not that.</summary>
    public static BytesComparer? OfHex(string text)
    {
        string digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit)
            ? new BytesComparer(Convert.FromHexString(digits), text: null)
            : null;
    }

    /// <summary>Whether a comparison with the constant holds. None does for a key that cannot be read.</summary>
    public bool Holds(StoredBytes key, string symbol)
    {
        if (key.Bytes is not { } bytes)
        {
            return false;
        }

        return symbol switch
        {
            "==" or "=" => IsEqual(key),
            "!=" => !IsEqual(key),
            Comparison.StartsWith =>
                bytes.AsSpan().StartsWith(_bytes) || Shown(key)?.StartsWith(_text!, StringComparison.Ordinal) == true,
            Comparison.Contains =>
                bytes.AsSpan().IndexOf(_bytes) >= 0 || Shown(key)?.Contains(_text!, StringComparison.Ordinal) == true,
            "<" => Order(bytes) < 0,
            "<=" => Order(bytes) <= 0,
            ">" => Order(bytes) > 0,
            _ => Order(bytes) >= 0,
        };
    }

    private int Order(byte[] bytes) => bytes.AsSpan().SequenceCompareTo(_bytes);

    private bool IsEqual(StoredBytes key) =>
        key.IsEqualTo(_bytes) || (_text is not null && Shown(key) == _text);

    // Null if the constant is not text.
    private string? Shown(StoredBytes key) => _text is null ? null : key.SafeText;
}
