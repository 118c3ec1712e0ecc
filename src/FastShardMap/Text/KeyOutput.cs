using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Text;

/// <summary>Gives keys of any length to callers.</summary>
internal static class KeyOutput
{
    /// <summary>The maximum number of characters of a key in the text of an exception.</summary>
    private const int MaxShownChars = 64;

    /// <summary>Returns the bytes of an inline key, inside of the key itself.</summary>
    public static ReadOnlySpan<byte> InlineBytes(ref readonly RecordKey key) =>
        MemoryMarshal.CreateReadOnlySpan(
            in Unsafe.As<RecordKey, byte>(ref Unsafe.AsRef(in key)), key.Length);

    /// <summary>Returns the record of a stored long key; nothing for an inline key.</summary>
    // Safety: the record is live as long as the caller uses the span.
    public static unsafe ReadOnlySpan<byte> LongBytes(RecordKey key) =>
        key.IsLong ? new ReadOnlySpan<byte>(key.Address, key.LongLength) : default;

    /// <summary>Returns a stored key as a new string.</summary>
    // Safety: the record of the key is live.
    public static string StringOf(RecordKey stored) =>
        Wtf8.Decode(stored.IsLong ? LongBytes(stored) : InlineBytes(in stored));

    /// <summary>Returns a stored key as a new array.</summary>
    // Safety: the record of the key is live.
    public static byte[] ArrayOf(RecordKey stored) =>
        stored.IsLong ? LongBytes(stored).ToArray() : InlineBytes(in stored).ToArray();

    /// <summary>Copies a key as text.</summary>
    /// <returns>The number of characters.</returns>
    /// <exception cref="ArgumentException">The destination is too short; nothing is copied.</exception>
    public static int CopyText(ReadOnlySpan<byte> key, Span<char> destination, string parameterName)
    {
        // Each character comes from at least one byte.
        if (destination.Length < key.Length)
        {
            int needed = Wtf8.CountChars(key);
            if (destination.Length < needed)
            {
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The key has {needed} characters, but the span has room for only {destination.Length}."),
                    parameterName);
            }

            Wtf8.Decode(key).CopyTo(destination);
            return needed;
        }

        return Wtf8.Decode(key, destination);
    }

    /// <summary>Returns the start of a key for the text of an exception.</summary>
    public static string Describe(ReadOnlySpan<char> key) =>
        key.Length <= MaxShownChars ? key.ToString() : $"{key[..MaxShownChars]}…";

    /// <summary>Returns the start of a key for the text of an exception, in hexadecimal digits.</summary>
    public static string Describe(ReadOnlySpan<byte> key) =>
        key.Length <= MaxShownChars / 2
            ? Convert.ToHexString(key)
            : $"{Convert.ToHexString(key[..(MaxShownChars / 2)])}…";
}
