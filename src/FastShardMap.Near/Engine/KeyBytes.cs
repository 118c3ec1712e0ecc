using System.Buffers;
using System.Text;

namespace FastShardMap.Near.Engine;

/// <summary>The bytes of keys of any length: text is UTF-8.</summary>
internal static class KeyBytes
{
    /// <summary>Keys with at most this many bytes need no array.</summary>
    public const int LongestOnStack = 256;

    private static readonly UTF8Encoding s_strict = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes of a text, in a buffer of the caller if they fit, or else in one of the pool.</summary>
    /// <param name="key">The text.</param>
    /// <param name="buffer">The buffer of the caller.</param>
    /// <param name="rented">Receives what the caller must return to the pool, or null.</param>
    /// <exception cref="ArgumentNullException">The key is null.</exception>
    /// <exception cref="ArgumentException">The key is too long, or has an unpaired surrogate.</exception>
    public static ReadOnlySpan<byte> Encode(string key, Span<byte> buffer, out byte[]? rented)
    {
        ArgumentNullException.ThrowIfNull(key);
        int bytes;
        try
        {
            bytes = s_strict.GetByteCount(key);
        }
        catch (EncoderFallbackException exception)
        {
            throw new ArgumentException(
                "The key has an unpaired surrogate, so it has no bytes in UTF-8.", nameof(key), exception);
        }

        CheckLength(bytes, nameof(key));
        rented = bytes > buffer.Length ? ArrayPool<byte>.Shared.Rent(bytes) : null;
        Span<byte> room = rented ?? buffer;
        return room[..s_strict.GetBytes(key, room)];
    }

    public static void Return(byte[]? rented)
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <exception cref="ArgumentException">The key is too long.</exception>
    public static void CheckLength(int bytes, string paramName)
    {
        if (bytes > NearBytes.MaxKeyBytes)
        {
            throw new ArgumentException(
                $"The key has {bytes} bytes, and a key has at most {NearBytes.MaxKeyBytes}.", paramName);
        }
    }
}
