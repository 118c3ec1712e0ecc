using System.Buffers;
using System.Runtime.CompilerServices;

namespace FastShardMap.Tests.Records;

/// <summary>16 bytes of memory that run code when they are pinned.</summary>
internal sealed class ManagerOf16(Action onPin) : MemoryManager<byte>
{
    private readonly byte[] _bytes = GC.AllocateArray<byte>(16, pinned: true);

    public override Span<byte> GetSpan() => _bytes;

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        onPin();
        return new MemoryHandle(Unsafe.AsPointer(ref _bytes[elementIndex]));
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
