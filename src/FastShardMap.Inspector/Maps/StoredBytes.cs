using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Inspector.Maps;

/// <summary>A key or a value of any length: text or bytes.</summary>
/// <param name="bytes">The bytes; null if they cannot be read.</param>
/// <param name="length">The number of bytes, as the slot gives it.</param>
/// <param name="isText">Whether it is text in UTF-8.</param>
internal sealed class StoredBytes(byte[]? bytes, int length, bool isText)
{
    /// <summary>Longer values are not read.</summary>
    public const int MaxBytes = 1 << 20;

    public const string LengthField = "Length";
    public const string TextField = "Text";

    private string? _text;
    private Func<byte[], bool>? _hasHashOf;

    /// <summary>The bytes; null if they cannot be read.</summary>
    public byte[]? Bytes => bytes;

    /// <summary>
    /// The bytes as text. A lone surrogate becomes an escape such as <c>\ud83d</c>, and a byte that is not UTF-8 one
    /// such as <c>\xff</c>.
    /// </summary>
    public string Text => _text ??= IsCut ? $"{Decode(Wtf8.WholeChars(bytes))}…"
        : bytes is not null ? Decode(bytes)
        : length > MaxBytes ? $"({length} bytes)"
        : $"(unreadable: {length} bytes)";

    /// <summary>Whether there are no bytes, although they are not too many.</summary>
    public bool IsUnreadable => bytes is null && length <= MaxBytes;

    /// <summary>The text as it is shown, with escapes also for control characters.</summary>
    public string SafeText => Printable.Text(Text, int.MaxValue);

    /// <summary>Whether <see cref="Text"/> is the key itself, without escapes.</summary>
    public bool IsExactText => bytes is not null && !IsCut && Utf8.IsValid(bytes);

    /// <summary>Whether only the first bytes are known.</summary>
    public bool IsCut => bytes is not null && bytes.Length < length;

    public bool IsText => isText;

    /// <summary>Reads the key in a slot.</summary>
    public static StoredBytes Read(NativeMap map, ReadOnlySpan<byte> slot) => new(
        map.Keys!.TryRead(slot, out ReadOnlySpan<byte> bytes) ? bytes.ToArray() : null,
        RecordReader.KeyOf(slot).Length,
        map.Header.KeyForm == KeyForm.Text);

    /// <summary>Reads the value in a slot.</summary>
    public static StoredBytes ReadValue(NativeMap map, ReadOnlySpan<byte> slot)
    {
        BlobRef value = MemoryMarshal.Read<BlobRef>(slot);
        return new StoredBytes(
            value.Length <= MaxBytes ? map.Keys!.TryRead(value) : null,
            (int)Math.Min(value.Length, int.MaxValue),
            isText: false);
    }

    /// <summary>Reads the key of which an audit has kept the start.</summary>
    public static StoredBytes ReadExcerpt(NativeMap map, ReadOnlySpan<byte> source)
    {
        KeyExcerpt excerpt = MemoryMarshal.Read<KeyExcerpt>(source);
        return new StoredBytes(
            KeyExcerpt.BytesOf(in excerpt).ToArray(), excerpt.Length, map.Header.KeyForm == KeyForm.Text)
        {
            _hasHashOf = whole => RecordReader.HashOf(whole, map.Seed) == excerpt.Hash,
        };
    }

    /// <summary>Whether these are the bytes, or, if only the first ones are known, can be their start.</summary>
    public bool IsEqualTo(byte[] whole) => IsCut
        ? whole.Length == length && whole.AsSpan().StartsWith(bytes) && _hasHashOf?.Invoke(whole) == true
        : whole.AsSpan().SequenceEqual(bytes);

    /// <summary>A field that conditions can name; null if there is none of that name.</summary>
    public object? Field(string name) =>
        name.Equals(LengthField, StringComparison.OrdinalIgnoreCase) ? length
        : name.Equals(TextField, StringComparison.OrdinalIgnoreCase) ? new StoredBytes(bytes, length, isText: true)
        : null;

    /// <summary>The key as it is shown: its text, or its bytes in hexadecimal.</summary>
    public override string ToString() =>
        isText || bytes is null ? Text : Convert.ToHexStringLower(bytes) + (IsCut ? "…" : string.Empty);

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        StringBuilder text = new();
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else if (bytes is [0xED, >= 0xA0 and <= 0xBF, >= 0x80 and <= 0xBF, ..])
            {
                int surrogate = 0xD000 | ((bytes[1] & 0x3F) << 6) | (bytes[2] & 0x3F);
                text.Append(CultureInfo.InvariantCulture, $"\\u{surrogate:x4}");
                consumed = 3;
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"\\x{bytes[0]:x2}");
                consumed = 1;
            }

            bytes = bytes[consumed..];
        }

        return text.ToString();
    }
}
