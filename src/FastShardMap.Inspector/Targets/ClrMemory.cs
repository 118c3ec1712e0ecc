using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Targets;

/// <summary>Memory that ClrMD reads: of live processes on all systems, and of minidumps.</summary>
internal sealed class ClrMemory(DataTarget target, int? processId) : TargetMemory
{
    public override int Read(ulong address, Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            int read = ReadSome(address + (uint)done, buffer[done..]);
            if (read <= 0)
            {
                break;
            }

            done += read;
        }

        return done;
    }

    /// <inheritdoc/>
    public override IEnumerable<MemoryRegion> WritableRegions() =>
        processId is { } id && OperatingSystem.IsLinux() ? ProcessRegions.Writable(id) : [];

    private int ReadSome(ulong address, Span<byte> buffer)
    {
        try
        {
            return target.DataReader.Read(address, buffer);
        }
        catch (Exception exception) when (exception is InvalidOperationException or UnauthorizedAccessException)
        {
            return 0; // the process has ended
        }
    }
}
