using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace FastShardMap.Records;

/// <summary>UTF-8 in which a lone surrogate is encoded like any other character of three bytes (WTF-8), so that
/// different strings stay different, and every string comes back as it was.</summary>
internal static class Wtf8
{
    public const int MaxBytesPerChar = 3;

    private const int SurrogateBytes = 3;
    private const int MaxSequenceBytes = 4;

    /// <summary>Encodes text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="destination">Receives the bytes; at least <see cref="MaxBytesPerChar"/> per character.</param>
    /// <returns>The number of bytes.</returns>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> destination)
    {
        int written = 0;
        while (true)
        {
            OperationStatus status = Utf8.FromUtf16(
                text, destination[written..], out int read, out int bytes, replaceInvalidSequences: false);
            written += bytes;
            if (status == OperationStatus.Done)
            {
                return written;
            }

            int surrogate = text[read];
            destination[written] = (byte)(0xE0 | (surrogate >> 12));
            destination[written + 1] = (byte)(0x80 | ((surrogate >> 6) & 0x3F));
            destination[written + 2] = (byte)(0x80 | (surrogate & 0x3F));
            written += SurrogateBytes;
            text = text[(read + 1)..];
        }
    }

    /// <summary>Returns the number of bytes that <see cref="Encode"/> writes.</summary>
    // The encoding of the framework replaces a lone surrogate by U+FFFD, which has three bytes as well.
    public static int CountBytes(ReadOnlySpan<char> text) => Encoding.UTF8.GetByteCount(text);

    /// <summary>Decodes bytes. Bytes that are neither UTF-8 nor a surrogate become U+FFFD.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="destination">Receives the text; at least one character per byte.</param>
    /// <returns>The number of characters.</returns>
    public static int Decode(ReadOnlySpan<byte> bytes, Span<char> destination)
    {
        int written = 0;
        while (true)
        {
            OperationStatus status = Utf8.ToUtf16(
                bytes, destination[written..], out int read, out int chars, replaceInvalidSequences: false);
            written += chars;
            if (status == OperationStatus.Done)
            {
                return written;
            }

            bytes = bytes[read..];
            if (IsSurrogate(bytes))
            {
                destination[written++] = (char)(0xD000 | ((bytes[1] & 0x3F) << 6) | (bytes[2] & 0x3F));
                bytes = bytes[SurrogateBytes..];
            }
            else
            {
                _ = Rune.DecodeFromUtf8(bytes, out Rune replacement, out int consumed);
                written += replacement.EncodeToUtf16(destination[written..]);
                bytes = bytes[consumed..];
            }
        }
    }

    /// <summary>Decodes bytes to a new string.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        char[] chars = new char[bytes.Length];
        return new string(chars, 0, Decode(bytes, chars));
    }

    /// <summary>Returns the number of characters that <see cref="Decode(ReadOnlySpan{byte}, Span{char})"/>
    /// writes.</summary>
    public static int CountChars(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetCharCount(bytes);
        }

        char[] chars = ArrayPool<char>.Shared.Rent(bytes.Length);
        int count = Decode(bytes, chars);
        ArrayPool<char>.Shared.Return(chars);
        return count;
    }

    /// <summary>Returns the bytes without an incomplete character at their end.</summary>
    public static ReadOnlySpan<byte> WholeChars(ReadOnlySpan<byte> bytes)
    {
        for (int index = bytes.Length - 1; index >= 0 && index > bytes.Length - MaxSequenceBytes; index--)
        {
            byte first = bytes[index];
            if ((first & 0xC0) == 0x80)
            {
                continue;
            }

            int needed = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : MaxSequenceBytes;
            return index + needed <= bytes.Length ? bytes : bytes[..index];
        }

        return bytes;
    }

    private static bool IsSurrogate(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= SurrogateBytes
        && bytes[0] == 0xED
        && (bytes[1] & 0xE0) == 0xA0
        && (bytes[2] & 0xC0) == 0x80;
}
