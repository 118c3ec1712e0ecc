using System.Runtime.InteropServices;
using FastShardMap.Inspector.Targets;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Inspector.Maps;

/// <summary>
/// Reads the bytes of keys and values of any length: from the slot, or from the record whose address the slot contains.
/// Records of neighbouring slots are far apart, so pages are kept.
/// </summary>
internal sealed unsafe class RecordReader(TargetMemory memory)
{
    private const int PageBytes = 4096;

    /// <summary>64 MiB.</summary>
    private const int MaxPages = 16 * 1024;
    private readonly Dictionary<ulong, byte[]?> _pages = [];
    private readonly byte[] _bytes = new byte[short.MaxValue];

    /// <summary>The key that a slot contains.</summary>
    public static RecordKey KeyOf(ReadOnlySpan<byte> slot) => MemoryMarshal.Read<RecordKey>(slot);

    /// <summary>Whether a slot can contain this key: the length fits the place of the bytes.</summary>
    public static bool IsValid(RecordKey key) => key.IsLong
        ? key.LongLength is > RecordKey.MaxInlineBytes and <= RecordKey.MaxBytes
        : key.Length <= RecordKey.MaxInlineBytes;

    /// <summary>Reads the bytes of a key.</summary>
    /// <param name="slot">The slot's bytes of the key.</param>
    /// <param name="bytes">The bytes, valid until the next call.</param>
    /// <returns>False if the length is invalid or the record cannot be read.</returns>
    public bool TryRead(ReadOnlySpan<byte> slot, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        RecordKey key = KeyOf(slot);
        if (!IsValid(key))
        {
            return false;
        }

        if (!key.IsLong)
        {
            bytes = slot[..key.Length];
            return true;
        }

        bytes = _bytes.AsSpan(0, key.LongLength);
        return TryRead((ulong)key.Address, _bytes.AsSpan(0, key.LongLength));
    }

    /// <summary>Reads the bytes of a value of any length.</summary>
    /// <returns>The bytes; null if they cannot be read.</returns>
    public byte[]? TryRead(BlobRef value)
    {
        byte[] bytes = new byte[value.Length];
        return TryRead((ulong)value.Address, bytes) ? bytes : null;
    }

    /// <summary>The hash that the map computes of a long key.</summary>
    public static ulong HashOf(ReadOnlySpan<byte> bytes, HashSeed seed)
    {
        byte* buffer = stackalloc byte[RecordKey.BufferBytes];
        fixed (byte* first = bytes)
        {
            return KeyBytes.Present(first, bytes.Length, buffer, seed).LongHash;
        }
    }

    /// <summary>Reads memory that is likely to be near what was read before.</summary>
    public bool TryRead<T>(ulong address, out T value)
        where T : unmanaged
    {
        value = default;
        return TryRead(address, MemoryMarshal.AsBytes(new Span<T>(ref value)));
    }

    private bool TryRead(ulong address, Span<byte> buffer)
    {
        for (int done = 0; done < buffer.Length;)
        {
            ulong at = address + (uint)done;
            int offset = (int)(at % PageBytes);
            if (Page(at - (uint)offset) is not { } page)
            {
                // The page is not whole, but these bytes may be there.
                return memory.TryRead(at, buffer[done..]);
            }

            int count = Math.Min(PageBytes - offset, buffer.Length - done);
            page.AsSpan(offset, count).CopyTo(buffer[done..]);
            done += count;
        }

        return true;
    }

    private byte[]? Page(ulong address)
    {
        if (!_pages.TryGetValue(address, out byte[]? page))
        {
            if (_pages.Count == MaxPages)
            {
                _pages.Clear();
            }

            byte[] fresh = new byte[PageBytes];
            page = memory.TryRead(address, fresh) ? fresh : null;
            _pages.Add(address, page);
        }

        return page;
    }
}
