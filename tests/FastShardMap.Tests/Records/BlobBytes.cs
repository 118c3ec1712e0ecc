using System.Buffers.Binary;

namespace FastShardMap.Tests.Records;

/// <summary>Values that describe themselves: every byte follows from the first ones, so that a value which is made of
/// two others shows.</summary>
internal static class BlobBytes
{
    private const int SeedBytes = 4;

    /// <summary>Creates a value of a length from a number.</summary>
    public static byte[] Create(int number, int length)
    {
        byte[] bytes = new byte[length];
        Fill(number, bytes);
        return bytes;
    }

    /// <summary>Fills a value from a number.</summary>
    public static void Fill(int number, Span<byte> bytes)
    {
        Span<byte> seed = stackalloc byte[SeedBytes];
        BinaryPrimitives.WriteInt32LittleEndian(seed, number);
        seed[..Math.Min(SeedBytes, bytes.Length)].CopyTo(bytes);
        for (int i = SeedBytes; i < bytes.Length; i++)
        {
            bytes[i] = ByteAt(number, bytes.Length, i);
        }
    }

    /// <summary>Returns whether the bytes are those of one value, in full.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= SeedBytes)
        {
            return true;
        }

        int number = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        for (int i = SeedBytes; i < bytes.Length; i++)
        {
            if (bytes[i] != ByteAt(number, bytes.Length, i))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns the number of a value of at least four bytes.</summary>
    public static int NumberOf(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32LittleEndian(bytes);

    private static byte ByteAt(int number, int length, int index) =>
        (byte)(((number * 31) + (length * 7) + index) * 13 >> 3);
}
