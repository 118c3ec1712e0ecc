using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Records;

/// <summary>
/// A key made of text: the text in UTF-8. ASCII text of up to 64 characters is narrowed in registers and hashed from
/// there. A buffer that is written at one width and read at another would make each lookup wait until its stores have
/// reached the cache, and so for the cache misses of the lookup before.
/// </summary>
internal unsafe ref struct KeyText
{
    /// <summary>The length of the buffer that the constructor needs.</summary>
    public const int BufferBytes = 1024;

    private const ulong NonAsciiChars = 0xFF80_FF80_FF80_FF80;
    private const int MinVectorChars = 8;
    private const int RoomBytes = BufferBytes - RecordKey.BufferBytes;

    private byte* _native;

    /// <summary>Makes a key. Dispose it after its use.</summary>
    /// <param name="text">The text.</param>
    /// <param name="buffer">Memory of <see cref="BufferBytes"/>, which the key may refer to.</param>
    /// <param name="seed">The seed of the map.</param>
    /// <param name="parameterName">The parameter that an exception names.</param>
    /// <exception cref="ArgumentException">The text has more than <see cref="RecordKey.MaxBytes"/> bytes in
    /// UTF-8.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public KeyText(ReadOnlySpan<char> text, byte* buffer, HashSeed seed, string parameterName = "key")
    {
        _native = null;
        fixed (char* chars = text)
        {
            if (TryPresentAscii((ushort*)chars, text.Length, buffer, seed, out RecordKey key))
            {
                Key = key;
                return;
            }
        }

        Key = EncodeKey(text, buffer, seed, parameterName);
    }

    // For text that is not ASCII, or longer than 64 characters.
    private KeyText(byte* buffer, ReadOnlySpan<char> text, HashSeed seed, string parameterName)
    {
        _native = null;
        Key = EncodeKey(text, buffer, seed, parameterName);
    }

    /// <summary>The key, valid until <see cref="Dispose"/>, and while the buffer is.</summary>
    public RecordKey Key { get; }

    /// <summary>Makes a key of ASCII text of up to 64 characters.</summary>
    /// <returns><see langword="false"/> if the text is longer, or is not ASCII.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static bool TryPresentAscii(ushort* chars, int length, byte* buffer, HashSeed seed, out RecordKey key)
    {
        if (length > RecordKey.MaxInlineBytes)
        {
            return length <= RecordKey.MaxTwoVectorBytes
                ? TryPresentTwo(chars, length, buffer, seed, out key)
                : TryPresentFour(chars, length, buffer, seed, out key);
        }

        return length >= MinVectorChars
            ? TryPresentInline(chars, length, out key)
            : TryPresentShort(chars, length, out key);
    }

    /// <summary>Makes a key of text for which <see cref="TryPresentAscii"/> has failed.</summary>
    /// <inheritdoc cref="KeyText(ReadOnlySpan{char}, byte*, HashSeed, string)"/>
    public static KeyText Encode(ReadOnlySpan<char> text, byte* buffer, HashSeed seed, string parameterName) =>
        new(buffer, text, seed, parameterName);

    /// <summary>Returns memory that the constructor may have allocated.</summary>
    public void Dispose()
    {
        if (_native is not null)
        {
            ScratchMemory.Free(_native);
            _native = null;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static bool TryPresentTwo(ushort* chars, int length, byte* buffer, HashSeed seed, out RecordKey key)
    {
        Vector128<ushort> a = Vector128.Load(chars);
        Vector128<ushort> b = Vector128.Load(chars + 8);
        Vector128<ushort> c = Vector128.Load(chars + length - 16);
        Vector128<ushort> d = Vector128.Load(chars + length - 8);
        if (!IsAscii(a | b | c | d))
        {
            key = default;
            return false;
        }

        key = KeyBytes.OfTwo(Narrow(a, b), Narrow(c, d), length, buffer, seed);
        return true;
    }

    private static bool TryPresentFour(ushort* chars, int length, byte* buffer, HashSeed seed, out RecordKey key)
    {
        if (length > RecordKey.MaxFourVectorBytes)
        {
            key = default;
            return false;
        }

        Vector128<ushort> a = Vector128.Load(chars);
        Vector128<ushort> b = Vector128.Load(chars + 8);
        Vector128<ushort> c = Vector128.Load(chars + 16);
        Vector128<ushort> d = Vector128.Load(chars + 24);
        Vector128<ushort> e = Vector128.Load(chars + length - 32);
        Vector128<ushort> f = Vector128.Load(chars + length - 24);
        Vector128<ushort> g = Vector128.Load(chars + length - 16);
        Vector128<ushort> h = Vector128.Load(chars + length - 8);
        if (!IsAscii(a | b | c | d | e | f | g | h))
        {
            key = default;
            return false;
        }

        key = KeyBytes.OfFour(
            Narrow(a, b), Narrow(c, d), Narrow(e, f), Narrow(g, h), length, buffer, seed);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static bool TryPresentInline(ushort* chars, int length, out RecordKey key)
    {
        Vector128<ushort> a = Vector128.Load(chars);
        Vector128<ushort> b = Vector128.Load(chars + length - 8);
        if (!IsAscii(a | b))
        {
            key = default;
            return false;
        }

        Vector128<ulong> bytes = Narrow(a, b).AsUInt64();
        key = KeyBytes.InlineOf(bytes[0], (bytes[1] >> 8) >> ((15 - length) * 8), length);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static bool TryPresentShort(ushort* chars, int length, out RecordKey key)
    {
        ulong first;
        if (length >= 4)
        {
            ulong head = Unsafe.ReadUnaligned<ulong>(chars);
            ulong tail = Unsafe.ReadUnaligned<ulong>(chars + length - 4);
            if (((head | tail) & NonAsciiChars) != 0)
            {
                key = default;
                return false;
            }

            Vector128<uint> bytes =
                Narrow(Vector128.CreateScalar(head).AsUInt16(), Vector128.CreateScalar(tail).AsUInt16()).AsUInt32();
            first = bytes[0] | ((ulong)bytes[2] << ((length - 4) * 8));
        }
        else
        {
            first = 0;
            for (int i = 0; i < length; i++)
            {
                if (chars[i] >= 0x80)
                {
                    key = default;
                    return false;
                }

                first |= (ulong)chars[i] << (i * 8);
            }
        }

        key = KeyBytes.InlineOf(first, 0, length);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static bool IsAscii(Vector128<ushort> chars) =>
        (chars & Vector128.Create((ushort)0xFF80)) == Vector128<ushort>.Zero;

    // Safety: all characters are ASCII, which no kind of narrowing changes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static Vector128<byte> Narrow(Vector128<ushort> low, Vector128<ushort> high) =>
        Sse2.IsSupported
            ? Sse2.PackUnsignedSaturate(low.AsInt16(), high.AsInt16())
            : Vector128.Narrow(low, high);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private RecordKey EncodeKey(ReadOnlySpan<char> text, byte* buffer, HashSeed seed, string parameterName)
    {
        // Every character has at least one byte.
        if (text.Length > RecordKey.MaxBytes)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A key has at most {RecordKey.MaxBytes:N0} bytes in UTF-8, and this text has {text.Length:N0} "
                    + $"characters."),
                parameterName);
        }

        byte* bytes = buffer + RecordKey.BufferBytes;
        int room = RoomBytes;
        if (text.Length > RoomBytes / Wtf8.MaxBytesPerChar)
        {
            room = text.Length * Wtf8.MaxBytesPerChar;
            bytes = _native = ScratchMemory.Allocate(room);
        }

        int length = Wtf8.Encode(text, new Span<byte>(bytes, room));
        if (length > RecordKey.MaxBytes)
        {
            Dispose();
            KeyBytes.ThrowIfTooLong(length, parameterName);
        }

        return KeyBytes.Present(bytes, length, buffer, seed);
    }
}
