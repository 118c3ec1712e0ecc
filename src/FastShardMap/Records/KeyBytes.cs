using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using FastShardMap.Layout;

namespace FastShardMap.Records;

/// <summary>Makes keys of bytes. The hash is computed from the registers that also fill the buffer of the key: from the
/// first and the last 16 bytes of a key of 16 to 32 bytes, and so on (<see cref="PresentedBytes"/>).</summary>
internal static unsafe class KeyBytes
{
    /// <summary>Presents bytes to a map.</summary>
    /// <param name="bytes">The bytes, which must not move or change while the result is used.</param>
    /// <param name="length">Their number, at most <see cref="RecordKey.MaxBytes"/>.</param>
    /// <param name="buffer">Memory of <see cref="RecordKey.BufferBytes"/>, which the result may refer to.</param>
    /// <param name="seed">The seed of the map.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static RecordKey Present(byte* bytes, int length, byte* buffer, HashSeed seed)
    {
        if (length <= RecordKey.MaxInlineBytes)
        {
            return Inline(bytes, length);
        }

        if (length <= RecordKey.MaxTwoVectorBytes)
        {
            return OfTwo(Vector128.Load(bytes), Vector128.Load(bytes + length - 16), length, buffer, seed);
        }

        if (length <= RecordKey.MaxFourVectorBytes)
        {
            return OfFour(
                Vector128.Load(bytes),
                Vector128.Load(bytes + 16),
                Vector128.Load(bytes + length - 32),
                Vector128.Load(bytes + length - 16),
                length,
                buffer,
                seed);
        }

        return RecordKey.CreateLong(HashMixer.Mix(new ReadOnlySpan<byte>(bytes, length), seed), length, bytes);
    }

    /// <summary>Throws if a key has too many bytes.</summary>
    /// <exception cref="ArgumentException">The length is above <see cref="RecordKey.MaxBytes"/>.</exception>
    public static void ThrowIfTooLong(int length, string parameterName)
    {
        if (length > RecordKey.MaxBytes)
        {
            ThrowTooLong(length, parameterName);
        }
    }

    /// <summary>Makes an inline key of its first 8 bytes and the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static RecordKey InlineOf(ulong first, ulong rest, int length) =>
        new(first, rest | ((ulong)(uint)length << RecordKey.InlineLengthShift));

    /// <summary>Makes a key of 16 to 32 bytes of its first and its last 16 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static RecordKey OfTwo(
        Vector128<byte> first, Vector128<byte> last, int length, byte* buffer, HashSeed seed)
    {
        first.Store(buffer);
        last.Store(buffer + 16);
        ulong state = HashMixer.Absorb(
            (ulong)(uint)length * seed.Key1, first.AsUInt64()[0], first.AsUInt64()[1], seed);
        state = HashMixer.Absorb(state, last.AsUInt64()[0], last.AsUInt64()[1], seed);
        return RecordKey.CreateLong(HashMixer.Fold(state, seed.Key1), length, buffer);
    }

    /// <summary>Makes a key of 33 to 64 bytes of its first and its last 32 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static RecordKey OfFour(
        Vector128<byte> a,
        Vector128<byte> b,
        Vector128<byte> c,
        Vector128<byte> d,
        int length,
        byte* buffer,
        HashSeed seed)
    {
        a.Store(buffer);
        b.Store(buffer + 16);
        c.Store(buffer + 32);
        d.Store(buffer + 48);

        // Two lanes, which the processor computes at the same time.
        ulong state = (ulong)(uint)length * seed.Key1;
        ulong other = HashMixer.Absorb(~state, c.AsUInt64()[0], c.AsUInt64()[1], seed);
        state = HashMixer.Absorb(state, a.AsUInt64()[0], a.AsUInt64()[1], seed);
        other = HashMixer.Absorb(other, d.AsUInt64()[0], d.AsUInt64()[1], seed);
        state = HashMixer.Absorb(state, b.AsUInt64()[0], b.AsUInt64()[1], seed);
        ulong hash = HashMixer.Fold(state ^ BitOperations.RotateLeft(other, 32), seed.Key1);
        return RecordKey.CreateLong(hash, length, buffer);
    }

    // The loads of one key may overlap: the bytes that both contain are at the same place of the word.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static RecordKey Inline(byte* bytes, int length)
    {
        ulong first;
        ulong rest = 0;
        if (length >= sizeof(ulong))
        {
            first = Unsafe.ReadUnaligned<ulong>(bytes);
            rest = (Unsafe.ReadUnaligned<ulong>(bytes + length - 8) >> 8) >> ((15 - length) * 8);
        }
        else if (length >= sizeof(uint))
        {
            first = Unsafe.ReadUnaligned<uint>(bytes)
                | ((ulong)Unsafe.ReadUnaligned<uint>(bytes + length - 4) << ((length - 4) * 8));
        }
        else
        {
            first = length == 0
                ? 0
                : bytes[0]
                    | ((ulong)bytes[length >> 1] << ((length >> 1) * 8))
                    | ((ulong)bytes[length - 1] << ((length - 1) * 8));
        }

        return InlineOf(first, rest, length);
    }

    private static void ThrowTooLong(int length, string parameterName) =>
        throw new ArgumentException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"A key has at most {RecordKey.MaxBytes:N0} bytes, and this one has {length:N0}."),
            parameterName);
}
