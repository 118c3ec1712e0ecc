using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FastShardMap.Layout;

/// <summary>
/// The memory of a presented long key.
/// <code>
/// length      content
/// 16 to 32    the first 16 bytes, the last 16 bytes
/// 33 to 64    the first 32 bytes, the last 32 bytes
/// above 64    the bytes
/// </code>
/// </summary>
internal static unsafe class PresentedBytes
{
    /// <summary>Presents 16 to 64 bytes that lie at one place, such as those of a record.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="length">Their number.</param>
    /// <param name="buffer">Receives the vectors; <see cref="RecordKey.BufferBytes"/> long.</param>
    public static void Arrange(byte* bytes, int length, byte* buffer)
    {
        if (length <= RecordKey.MaxTwoVectorBytes)
        {
            Vector128.Load(bytes).Store(buffer);
            Vector128.Load(bytes + length - 16).Store(buffer + 16);
            return;
        }

        Vector128.Load(bytes).Store(buffer);
        Vector128.Load(bytes + 16).Store(buffer + 16);
        Vector128.Load(bytes + length - 32).Store(buffer + 32);
        Vector128.Load(bytes + length - 16).Store(buffer + 48);
    }

    /// <summary>Returns whether a record has the bytes of a presented key.</summary>
    /// <param name="presented">The memory of the presented key.</param>
    /// <param name="record">The record.</param>
    /// <param name="length">The length of both.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: overwrite-1m
    public static bool AreEqual(byte* presented, byte* record, int length)
    {
        if (length <= RecordKey.MaxTwoVectorBytes)
        {
            Vector128<byte> first = Vector128.Load(presented) ^ Vector128.Load(record);
            Vector128<byte> last = Vector128.Load(presented + 16) ^ Vector128.Load(record + length - 16);
            return (first | last) == Vector128<byte>.Zero;
        }

        return AreLongEqual(presented, record, length);
    }

    /// <summary>Copies the bytes of a presented key to a record.</summary>
    /// <param name="presented">The memory of the presented key.</param>
    /// <param name="record">The record.</param>
    /// <param name="length">The length of both.</param>
    public static void CopyTo(byte* presented, byte* record, int length)
    {
        if (length <= RecordKey.MaxTwoVectorBytes)
        {
            Vector128<byte> first = Vector128.Load(presented);
            Vector128.Load(presented + 16).Store(record + length - 16);
            first.Store(record);
        }
        else if (length <= RecordKey.MaxFourVectorBytes)
        {
            Vector128.Load(presented).Store(record);
            Vector128.Load(presented + 16).Store(record + 16);
            Vector128.Load(presented + 32).Store(record + length - 32);
            Vector128.Load(presented + 48).Store(record + length - 16);
        }
        else
        {
            Unsafe.CopyBlockUnaligned(record, presented, (uint)length);
        }
    }

    /// <summary>Returns whether the first and the last bytes of a presented key agree where they overlap. The hash is
    /// that of both, and the record gets both.</summary>
    /// <param name="presented">The memory of a presented key of 16 to 64 bytes.</param>
    /// <param name="length">The length.</param>
    public static bool AreConsistent(byte* presented, int length)
    {
        int half = length <= RecordKey.MaxTwoVectorBytes
            ? RecordKey.MaxTwoVectorBytes / 2
            : RecordKey.MaxFourVectorBytes / 2;
        int overlap = (2 * half) - length;
        return new ReadOnlySpan<byte>(presented + half - overlap, overlap)
            .SequenceEqual(new ReadOnlySpan<byte>(presented + half, overlap));
    }

    private static bool AreLongEqual(byte* presented, byte* record, int length)
    {
        if (length <= RecordKey.MaxFourVectorBytes)
        {
            Vector128<byte> first = Vector128.Load(presented) ^ Vector128.Load(record);
            Vector128<byte> second = Vector128.Load(presented + 16) ^ Vector128.Load(record + 16);
            Vector128<byte> third = Vector128.Load(presented + 32) ^ Vector128.Load(record + length - 32);
            Vector128<byte> last = Vector128.Load(presented + 48) ^ Vector128.Load(record + length - 16);
            return (first | second | third | last) == Vector128<byte>.Zero;
        }

        return new ReadOnlySpan<byte>(presented, length).SequenceEqual(new ReadOnlySpan<byte>(record, length));
    }
}
