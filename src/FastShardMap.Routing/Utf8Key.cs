using System.Buffers;
using System.Text;

namespace FastShardMap.Routing;

/// <summary>The bytes of keys that are text.</summary>
internal static class Utf8Key
{
    private const int OnStackBytes = 256;

    /// <summary>Throws for half of a surrogate pair: two such keys would otherwise become the same bytes.</summary>
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public delegate int Function(ReadOnlySpan<byte> bytes, ulong seed);

    public static int Use(string key, ulong seed, Function function)
    {
        int most = Strict.GetMaxByteCount(key.Length);
        if (most <= OnStackBytes)
        {
            Span<byte> bytes = stackalloc byte[OnStackBytes];
            return function(bytes[..Strict.GetBytes(key, bytes)], seed);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            return function(rented.AsSpan(0, Strict.GetBytes(key, rented)), seed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public static byte[] BytesOf(string text) => Strict.GetBytes(text);
}
