using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Layout;
using FastShardMap.Memory;

namespace FastShardMap.Records;

/// <summary>
/// A key made of text: the text in UTF-8. ASCII text of up to 64 characters, and text of up to 32 characters of two
/// bytes each, are encoded in registers and hashed from there. A buffer that is written at one width and read at
/// another would make each lookup wait until its stores have reached the cache, and so for the cache misses of the
/// lookup before.
/// </summary>
internal unsafe ref struct KeyText
{
    /// <summary>The length of the buffer that the constructor needs.</summary>
    public const int BufferBytes = 1024;

    private const ulong NonAsciiChars = 0xFF80_FF80_FF80_FF80;
    private const int MinVectorChars = 8;
    private const int MinTwoByteChars = 4;
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
            Key = PresentAscii((ushort*)chars, text.Length, buffer, seed);
        }

        if (Key.IsNone)
        {
            Key = EncodeKey(text, buffer, seed, parameterName);
        }
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
    /// <returns>The key; none if the text is longer, or is not ASCII.</returns>
    /// <remarks>The key is returned and not passed back through a parameter, so that it stays in registers. In memory,
    /// it would be written as two words and read as a vector, which the processor does not forward.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static RecordKey PresentAscii(ushort* chars, int length, byte* buffer, HashSeed seed)
    {
        if (length > RecordKey.MaxInlineBytes)
        {
            return length <= RecordKey.MaxTwoVectorBytes
                ? PresentTwo(chars, length, buffer, seed)
                : PresentFour(chars, length, buffer, seed);
        }

        return length >= MinVectorChars ? PresentInline(chars, length) : PresentShort(chars, length);
    }

    /// <summary>Makes a key of text for which <see cref="PresentAscii"/> has returned none.</summary>
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
    private static RecordKey PresentTwo(ushort* chars, int length, byte* buffer, HashSeed seed)
    {
        Vector128<ushort> a = Vector128.Load(chars);
        Vector128<ushort> b = Vector128.Load(chars + 8);
        Vector128<ushort> c = Vector128.Load(chars + length - 16);
        Vector128<ushort> d = Vector128.Load(chars + length - 8);
        if (!IsAscii(a | b | c | d))
        {
            return RecordKey.None;
        }

        return KeyBytes.OfTwo(Narrow(a, b), Narrow(c, d), length, buffer, seed);
    }

    private static RecordKey PresentFour(ushort* chars, int length, byte* buffer, HashSeed seed)
    {
        if (length > RecordKey.MaxFourVectorBytes)
        {
            return RecordKey.None;
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
            return RecordKey.None;
        }

        return KeyBytes.OfFour(
            Narrow(a, b), Narrow(c, d), Narrow(e, f), Narrow(g, h), length, buffer, seed);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static RecordKey PresentInline(ushort* chars, int length)
    {
        Vector128<ushort> a = Vector128.Load(chars);
        Vector128<ushort> b = Vector128.Load(chars + length - 8);
        if (!IsAscii(a | b))
        {
            return RecordKey.None;
        }

        Vector128<ulong> bytes = Narrow(a, b).AsUInt64();
        return KeyBytes.InlineOfEnds(bytes[0], bytes[1], length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static RecordKey PresentShort(ushort* chars, int length)
    {
        ulong first;
        if (length >= 4)
        {
            ulong head = Unsafe.ReadUnaligned<ulong>(chars);
            ulong tail = Unsafe.ReadUnaligned<ulong>(chars + length - 4);
            if (((head | tail) & NonAsciiChars) != 0)
            {
                return RecordKey.None;
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
                    return RecordKey.None;
                }

                first |= (ulong)chars[i] << (i * 8);
            }
        }

        return KeyBytes.InlineOf(first, 0, length);
    }

    /// <summary>Makes a key of text whose characters have two bytes each, as those of Greek and Cyrillic words have:
    /// in registers, without a loop whose end depends on the length.</summary>
    /// <returns>The key; none if another character is in the text.</returns>
    private static RecordKey PresentTwoBytes(ushort* chars, int length, byte* buffer, HashSeed seed)
    {
        if (length < MinVectorChars)
        {
            Vector128<ushort> ends = Vector128.Create(
                Unsafe.ReadUnaligned<ulong>(chars), Unsafe.ReadUnaligned<ulong>(chars + length - 4)).AsUInt16();
            if (!HaveTwoBytes(ends, ends))
            {
                return RecordKey.None;
            }

            Vector128<ulong> bytes = WidenTwoBytes(ends).AsUInt64();
            return KeyBytes.InlineOfEnds(bytes[0], bytes[1], 2 * length);
        }

        if (length <= RecordKey.MaxTwoVectorBytes / 2)
        {
            Vector128<ushort> first = Vector128.Load(chars);
            Vector128<ushort> last = Vector128.Load(chars + length - 8);
            return HaveTwoBytes(first | last, Vector128.Min(first, last))
                ? KeyBytes.OfTwo(WidenTwoBytes(first), WidenTwoBytes(last), 2 * length, buffer, seed)
                : RecordKey.None;
        }

        Vector128<ushort> a = Vector128.Load(chars);
        Vector128<ushort> b = Vector128.Load(chars + 8);
        Vector128<ushort> c = Vector128.Load(chars + length - 16);
        Vector128<ushort> d = Vector128.Load(chars + length - 8);
        return HaveTwoBytes(a | b | c | d, Vector128.Min(Vector128.Min(a, b), Vector128.Min(c, d)))
            ? KeyBytes.OfFour(
                WidenTwoBytes(a), WidenTwoBytes(b), WidenTwoBytes(c), WidenTwoBytes(d), 2 * length, buffer, seed)
            : RecordKey.None;
    }

    /// <summary>Returns whether all characters have two bytes.</summary>
    /// <param name="all">The bits that any of them has.</param>
    /// <param name="least">The least of them, lane by lane.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static bool HaveTwoBytes(Vector128<ushort> all, Vector128<ushort> least) =>
        (all & Vector128.Create((ushort)0xF800)) == Vector128<ushort>.Zero
        && Vector128.GreaterThanOrEqualAll(least, Vector128.Create((ushort)0x80));

    // The first byte, which is the low one, has the high five bits of the character.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static Vector128<byte> WidenTwoBytes(Vector128<ushort> chars) =>
        (Vector128.Create((ushort)0x80C0)
            | Vector128.ShiftRightLogical(chars, 6)
            | Vector128.ShiftLeft(chars & Vector128.Create((ushort)0x3F), 8)).AsByte();

    /// <summary>Makes a key of more than 64 characters: narrows and hashes them in one pass.</summary>
    /// <returns>The key; none if the text is not ASCII.</returns>
    private static RecordKey PresentLong(ushort* chars, int length, byte* bytes, HashSeed seed)
    {
        HashLanes lanes = new(length, seed);
        int last = length - HashLanes.RoundBytes;
        for (int i = 0; i < last; i += HashLanes.RoundBytes)
        {
            if (!TryNarrowRound(chars + i, bytes + i, ref lanes, seed))
            {
                return RecordKey.None;
            }
        }

        return TryNarrowRound(chars + last, bytes + last, ref lanes, seed)
            ? RecordKey.CreateLong(lanes.Finish(seed), length, bytes)
            : RecordKey.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static bool TryNarrowRound(ushort* chars, byte* bytes, ref HashLanes lanes, HashSeed seed)
    {
        Vector128<ushort> a = Vector128.Load(chars);
        Vector128<ushort> b = Vector128.Load(chars + 8);
        Vector128<ushort> c = Vector128.Load(chars + 16);
        Vector128<ushort> d = Vector128.Load(chars + 24);
        Vector128<byte> first = Narrow(a, b);
        Vector128<byte> second = Narrow(c, d);
        first.Store(bytes);
        second.Store(bytes + 16);
        lanes.Absorb(first, second, seed);
        return IsAscii(a | b | c | d);
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

        fixed (char* chars = text)
        {
            RecordKey key = text.Length switch
            {
                >= MinTwoByteChars and <= RecordKey.MaxFourVectorBytes / 2 =>
                    PresentTwoBytes((ushort*)chars, text.Length, buffer, seed),
                > RecordKey.MaxFourVectorBytes and <= RoomBytes =>
                    PresentLong((ushort*)chars, text.Length, buffer + RecordKey.BufferBytes, seed),
                _ => RecordKey.None,
            };
            if (!key.IsNone)
            {
                return key;
            }
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
