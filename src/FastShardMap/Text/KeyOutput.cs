using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Layout;
using FastShardMap.Records;
using FastShardMap.Snapshots;

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

    /// <summary>Returns a key that may be in the memory of a snapshot as a new string.</summary>
    /// <exception cref="ObjectDisposedException">The snapshot was disposed before the key was read whole.</exception>
    public static string StringOf(ReadOnlySpan<byte> key, SnapshotState? state, string snapshot)
    {
        try
        {
            return Wtf8.Decode(key);
        }
        finally
        {
            ThrowIfDisposed(state, snapshot); // after an exception, too: bytes that change can be the reason for it
        }
    }

    /// <summary>Copies a key that may be in the memory of a snapshot as text.</summary>
    /// <returns>The number of characters.</returns>
    /// <exception cref="ArgumentException">The destination is too short; nothing is copied.</exception>
    /// <exception cref="ObjectDisposedException">The snapshot was disposed before the key was read whole.</exception>
    public static int CopyText(
        ReadOnlySpan<byte> key, Span<char> destination, string parameterName, SnapshotState? state, string snapshot)
    {
        try
        {
            return CopyText(key, destination, parameterName);
        }
        finally
        {
            ThrowIfDisposed(state, snapshot);
        }
    }

    /// <summary>Throws if a snapshot is disposed.</summary>
    /// <param name="state">The state of the snapshot; null for an entry of a map.</param>
    /// <param name="snapshot">The name of its type.</param>
    public static void ThrowIfDisposed(SnapshotState? state, string snapshot)
    {
        if (state is { IsDisposed: true })
        {
            throw Disposed(snapshot);
        }
    }

    private static ObjectDisposedException Disposed(string snapshot) => new(snapshot);

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
