using System.Buffers;
using FastShardMap.Layout;

namespace FastShardMap.Operations;

/// <summary>Presents one value of a range at a time. Its memory does not move until the next one is presented, or until
/// <see cref="Unpin"/>.</summary>
internal unsafe ref struct PinnedValues(ReadOnlySpan<ReadOnlyMemory<byte>> values)
{
    private readonly ReadOnlySpan<ReadOnlyMemory<byte>> _values = values;
    private MemoryHandle _pin;

    public BlobRef Present(int index)
    {
        Unpin();
        // Read once: pinning runs code of the owner, which may change the caller's array.
        ReadOnlyMemory<byte> value = _values[index];
        BlobRef.ThrowIfTooLong(value.Length, "values");
        _pin = value.Pin();
        if (_pin.Pointer is null && !value.IsEmpty)
        {
            throw new InvalidOperationException("The memory of a value has no address: its manager pins nothing.");
        }

        return BlobRef.Present((byte*)_pin.Pointer, value.Length);
    }

    public void Unpin()
    {
        MemoryHandle pin = _pin;
        _pin = default; // also if the manager of the memory throws
        pin.Dispose();
    }
}
