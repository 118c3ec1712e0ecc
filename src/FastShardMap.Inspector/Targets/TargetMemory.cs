using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastShardMap.Inspector.Targets;

/// <summary>Reads the memory of a process or a dump. An address that cannot be read is not an error.</summary>
internal abstract class TargetMemory : IDisposable
{
    /// <summary>Reads as many bytes as possible, from the first one on.</summary>
    public abstract int Read(ulong address, Span<byte> buffer);

    /// <summary>
    /// The regions in which maps may be, for a search without the managed heap. Empty if the kind of target has no list
    /// of regions.
    /// </summary>
    public abstract IEnumerable<MemoryRegion> WritableRegions();

    public bool TryRead(ulong address, Span<byte> buffer) => Read(address, buffer) == buffer.Length;

    public bool TryRead<T>(ulong address, out T value)
        where T : unmanaged
    {
        Unsafe.SkipInit(out value);
        if (TryRead(address, MemoryMarshal.AsBytes(new Span<T>(ref value))))
        {
            return true;
        }

        value = default;
        return false;
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
