using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastShardMap.Inspector.Targets;

/// <summary>Reads the memory of a process or a dump. No address is an error: what cannot be read is not there.</summary>
internal abstract class TargetMemory : IDisposable
{
    /// <summary>Reads as many bytes as are there, from the first on.</summary>
    public abstract int Read(ulong address, Span<byte> buffer);

    /// <summary>Where maps may lie, for a search that does without the managed heap. Empty where the kind of target has no
    /// list of regions.</summary>
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
