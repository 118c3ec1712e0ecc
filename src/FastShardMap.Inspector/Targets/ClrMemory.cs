using System.Globalization;
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

    /// <summary>The private and writable regions in <c>/proc</c>, so neither code nor mapped files.</summary>
    public override IEnumerable<MemoryRegion> WritableRegions()
    {
        if (processId is null || !OperatingSystem.IsLinux())
        {
            yield break;
        }

        foreach (string line in MapsOf(processId.Value))
        {
            string[] parts = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length >= 5 && parts[1].StartsWith("rw", StringComparison.Ordinal) && parts[4] == "0"
                && TryParseRange(parts[0], out MemoryRegion region))
            {
                yield return region;
            }
        }
    }

    private static string[] MapsOf(int process)
    {
        try
        {
            return File.ReadAllLines($"/proc/{process}/maps");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return []; // the process has ended
        }
    }

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

    private static bool TryParseRange(string text, out MemoryRegion region)
    {
        region = default;
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0
            || !ulong.TryParse(
                text.AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong start)
            || !ulong.TryParse(
                text.AsSpan(dash + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong end)
            || end <= start)
        {
            return false;
        }

        region = new MemoryRegion(start, end - start);
        return true;
    }
}
