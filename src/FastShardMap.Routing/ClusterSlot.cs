using System.Text;

namespace FastShardMap.Routing;

/// <summary>The slots of Redis, Valkey and Garnet in cluster mode: CRC16 of the key, or of its hash tag.</summary>
/// <remarks>A cluster-mode engine assigns keys by this function, and not by
/// <see cref="SlotTable.SlotOf(ReadOnlySpan{byte}, ulong)"/>. See the Redis Cluster specification, "Hash tags" and
/// "Appendix A: CRC16 reference implementation". Thread-safe; does not allocate.</remarks>
public static class ClusterSlot
{
    private static readonly ushort[] Table = CreateTable();

    /// <summary>The slot of a key. If the key contains <c>{tag}</c> with a tag that is not empty, only the first tag
    /// counts, so that keys with the same tag share a slot.</summary>
    /// <param name="key">The key's bytes.</param>
    /// <returns>A slot below <see cref="SlotTable.SlotCount"/>.</returns>
    public static int Of(ReadOnlySpan<byte> key) => Crc16(TagOf(key)) & (SlotTable.SlotCount - 1);

    /// <summary>The slot of a key that is text, as UTF-8.</summary>
    /// <param name="key">The key.</param>
    /// <returns>A slot below <see cref="SlotTable.SlotCount"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    /// <exception cref="EncoderFallbackException"><paramref name="key"/> contains half of a surrogate pair.</exception>
    public static int Of(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Utf8Key.Use(key, 0, static (bytes, _) => Of(bytes));
    }

    /// <summary>The part of a key that decides on its slot.</summary>
    /// <param name="key">The key's bytes.</param>
    /// <returns>What stands between the first opening brace and the next closing brace; the whole key if there is no
    /// such part or it is empty.</returns>
    public static ReadOnlySpan<byte> TagOf(ReadOnlySpan<byte> key)
    {
        int open = key.IndexOf((byte)'{');
        if (open < 0)
        {
            return key;
        }

        ReadOnlySpan<byte> rest = key[(open + 1)..];
        int length = rest.IndexOf((byte)'}');
        return length > 0 ? rest[..length] : key;
    }

    /// <summary>CRC-16/XMODEM: polynomial 0x1021, initial value 0, not reflected.</summary>
    internal static ushort Crc16(ReadOnlySpan<byte> bytes)
    {
        int crc = 0;
        foreach (byte one in bytes)
        {
            crc = (ushort)(crc << 8) ^ Table[(crc >> 8) ^ one];
        }

        return (ushort)crc;
    }

    private static ushort[] CreateTable()
    {
        ushort[] table = new ushort[256];
        for (int i = 0; i < table.Length; i++)
        {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }

            table[i] = (ushort)crc;
        }

        return table;
    }
}
