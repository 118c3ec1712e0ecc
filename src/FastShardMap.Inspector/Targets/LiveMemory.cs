using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Inspector.Targets;

/// <summary>Reads the memory of a Linux process that keeps running. Figures that change meanwhile are read at slightly
/// different moments, so this serves overviews, and not checks.</summary>
internal sealed class LiveMemory : TargetMemory
{
    private readonly int _processId;
    private readonly SafeFileHandle _memory;

    private LiveMemory(int processId, SafeFileHandle memory)
    {
        _processId = processId;
        _memory = memory;
    }

    /// <summary>Opens the memory of a process.</summary>
    /// <returns>The memory; null if the system has no such file or does not permit to read it.</returns>
    public static LiveMemory? TryOpen(int processId)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/mem");
            return new LiveMemory(
                processId, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public override int Read(ulong address, Span<byte> buffer)
    {
        int done = 0;
        try
        {
            while (done < buffer.Length && address + (uint)done <= long.MaxValue)
            {
                int read = RandomAccess.Read(_memory, buffer[done..], (long)(address + (uint)done));
                if (read <= 0)
                {
                    break;
                }

                done += read;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The address is not mapped, or the process has ended.
        }

        return done;
    }

    public override IEnumerable<MemoryRegion> WritableRegions() => ProcessRegions.Writable(_processId);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _memory.Dispose();
        }

        base.Dispose(disposing);
    }
}
