using System.Buffers.Binary;
using System.Numerics;
using FASTER.core;

namespace FastShardMap.Bench.Texts;

/// <summary>
/// Microsoft's FASTER with keys of any length (<see cref="SpanByte"/>), kept in memory whole, for one thread. Its keys
/// are bytes, so only lookups by UTF-8 compare with it.
/// </summary>
internal sealed unsafe class FasterTexts : IDisposable
{
    private const int PageSizeBits = 22;

    /// <summary>A line of the index has seven entries; the number of lines is a power of two.</summary>
    private const int KeysPerLine = 4;

    /// <summary>A record has a header of eight bytes, two lengths of four, the value, and is rounded up.</summary>
    private const int BytesBesideKey = 32;

    private readonly NullDevice _device = new();
    private readonly FasterKV<SpanByte, SpanByte> _store;
    private readonly ClientSession<
        SpanByte, SpanByte, SpanByte, long, Empty, IFunctions<SpanByte, SpanByte, SpanByte, long, Empty>> _session;

    /// <param name="capacity">The number of keys.</param>
    /// <param name="keyBytes">The length of the longest key in UTF-8.</param>
    public FasterTexts(int capacity, int keyBytes)
    {
        ulong bytes = (ulong)capacity * (uint)(keyBytes + BytesBesideKey);
        _store = new FasterKV<SpanByte, SpanByte>(
            (long)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, capacity / KeysPerLine)),
            new LogSettings
            {
                LogDevice = _device,
                PageSizeBits = PageSizeBits,
                MemorySizeBits = Math.Max(BitOperations.Log2(bytes), PageSizeBits) + 2,
                MutableFraction = 1,
            });
        _session = _store.NewSession(new Functions());
    }

    public void Set(ReadOnlySpan<byte> key, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        fixed (byte* pinned = key)
        {
            SpanByte stored = SpanByte.FromPointer(pinned, key.Length);
            SpanByte content = SpanByte.FromFixedSpan(bytes);
            _session.Upsert(ref stored, ref content);
        }
    }

    public bool TryGetValue(ReadOnlySpan<byte> key, out long value)
    {
        fixed (byte* pinned = key)
        {
            SpanByte stored = SpanByte.FromPointer(pinned, key.Length);
            SpanByte input = default;
            value = 0;
            return _session.Read(ref stored, ref input, ref value).Found;
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _store.Dispose();
        _device.Dispose();
    }

    private sealed class Functions : SpanByteFunctions<SpanByte, long, Empty>
    {
        public override bool SingleReader(
            ref SpanByte key, ref SpanByte input, ref SpanByte value, ref long dst, ref ReadInfo readInfo)
        {
            dst = BinaryPrimitives.ReadInt64LittleEndian(value.AsReadOnlySpan());
            return true;
        }

        public override bool ConcurrentReader(
            ref SpanByte key, ref SpanByte input, ref SpanByte value, ref long dst, ref ReadInfo readInfo) =>
            SingleReader(ref key, ref input, ref value, ref dst, ref readInfo);
    }
}
