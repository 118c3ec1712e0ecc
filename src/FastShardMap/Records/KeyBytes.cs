using System.Globalization;
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

        return RecordKey.CreateLong(HashLong(bytes, length, seed), length, bytes);
    }

    /// <summary>Returns whether a record has the bytes of which a presented key has the hash.</summary>
    /// <remarks>The memory of the caller may have changed since: between the two loads of a key of 16 to 64 bytes, or
    /// any time for a longer one.</remarks>
    /// <param name="presented">The presented key.</param>
    /// <param name="record">The copy of its bytes.</param>
    /// <param name="seed">The seed of the map.</param>
    public static bool WasHashed(RecordKey presented, byte* record, HashSeed seed) =>
        presented.LongLength <= RecordKey.MaxFourVectorBytes
            ? PresentedBytes.AreConsistent(presented.Address, presented.LongLength)
            : HashLong(record, presented.LongLength, seed) == presented.LongHash;

    /// <summary>Creates the exception for a key that <see cref="WasHashed"/> rejects.</summary>
    public static InvalidOperationException Changed() => new(
        "The bytes of the key changed during the call. The map has not added it; the memory of a key must not change "
        + "while an operation uses it.");

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

    /// <summary>Makes an inline key of 8 bytes or more of its first and its last 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public static RecordKey InlineOfEnds(ulong first, ulong last, int length) =>
        InlineOf(first, (last >> 8) >> ((RecordKey.MaxInlineBytes - length) * 8), length);

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

        HashLanes lanes = new(length, seed);
        lanes.Absorb(a, c, seed);
        lanes.Absorb(b, d, seed);
        return RecordKey.CreateLong(lanes.Finish(seed), length, buffer);
    }

    /// <summary>Hashes more than 64 bytes. The last 32 may overlap those before.</summary>
    private static ulong HashLong(byte* bytes, int length, HashSeed seed)
    {
        HashLanes lanes = new(length, seed);
        byte* last = bytes + length - HashLanes.RoundBytes;
        for (; bytes < last; bytes += HashLanes.RoundBytes)
        {
            lanes.Absorb(Vector128.Load(bytes), Vector128.Load(bytes + 16), seed);
        }

        lanes.Absorb(Vector128.Load(last), Vector128.Load(last + 16), seed);
        return lanes.Finish(seed);
    }

    // The loads of one key may overlap: the bytes that both contain are at the same place of the word.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    private static RecordKey Inline(byte* bytes, int length)
    {
        if (length >= sizeof(ulong))
        {
            return InlineOfEnds(
                Unsafe.ReadUnaligned<ulong>(bytes), Unsafe.ReadUnaligned<ulong>(bytes + length - 8), length);
        }

        ulong first;
        if (length >= sizeof(uint))
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

        return InlineOf(first, 0, length);
    }

    private static void ThrowTooLong(int length, string parameterName) =>
        throw new ArgumentException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"A key has at most {RecordKey.MaxBytes:N0} bytes, and this one has {length:N0}."),
            parameterName);
}
