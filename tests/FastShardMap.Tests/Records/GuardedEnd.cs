using System.Buffers;
using System.Runtime.InteropServices;
using FastShardMap.Memory;

namespace FastShardMap.Tests.Records;

/// <summary>Memory of a caller that ends at an inaccessible page.</summary>
internal sealed unsafe class GuardedEnd : MemoryManager<byte>
{
    private readonly Arena _arena = new(guardPages: true);
    private readonly byte* _start;
    private readonly int _length;

    public GuardedEnd(int capacity)
    {
        _length = (int)PageMemory.RoundToPages((nuint)Math.Max(capacity, 1));
        _start = _arena.Allocate((nuint)_length);
    }

    /// <summary>Copies bytes to the end of the memory.</summary>
    public Span<byte> Put(ReadOnlySpan<byte> bytes)
    {
        Span<byte> place = Last(bytes.Length);
        bytes.CopyTo(place);
        return place;
    }

    /// <summary>Copies text to the end of the memory.</summary>
    public Span<char> Put(ReadOnlySpan<char> text)
    {
        Span<char> place = LastChars(text.Length);
        text.CopyTo(place);
        return place;
    }

    /// <summary>Copies bytes to the end of the memory.</summary>
    public Memory<byte> PutMemory(ReadOnlySpan<byte> bytes)
    {
        Put(bytes);
        return Memory[^bytes.Length..];
    }

    /// <summary>Returns the last bytes of the memory.</summary>
    public Span<byte> Last(int bytes) => GetSpan()[^bytes..];

    /// <summary>Returns the last characters of the memory.</summary>
    public Span<char> LastChars(int chars) => MemoryMarshal.Cast<byte, char>(Last(chars * sizeof(char)));

    /// <summary>Returns the address of the last bytes of the memory.</summary>
    public byte* LastAddress(int bytes) => _start + _length - bytes;

    public override Span<byte> GetSpan() => new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin()
    {
    }

    /// <summary>The memory stays mapped while this object is reachable.</summary>
    protected override void Dispose(bool disposing) => GC.KeepAlive(_arena);
}
