using System.Globalization;

namespace FastShardMap.Inspector.Targets;

/// <summary>The memory map of a Linux process.</summary>
internal static class ProcessRegions
{
    /// <summary>The private and writable regions, so neither code nor mapped files.</summary>
    public static IEnumerable<MemoryRegion> Writable(int processId)
    {
        foreach (string line in Lines(processId))
        {
            string[] parts = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length >= 5 && parts[1].StartsWith("rw", StringComparison.Ordinal) && parts[4] == "0"
                && TryParseRange(parts[0], out MemoryRegion region))
            {
                yield return region;
            }
        }
    }

    /// <summary>Whether a process has mapped a file whose path ends in a name.</summary>
    public static bool HasMapped(int processId, string fileName) =>
        Array.Exists(Lines(processId), line => line.EndsWith("/" + fileName, StringComparison.Ordinal));

    /// <summary>Whether a process has memory, as far as is known. A thread of the kernel has none.</summary>
    public static bool HasMemory(int processId) => TryReadLines(processId) is not [];

    private static string[] Lines(int processId) => TryReadLines(processId) ?? [];

    // Null if the process belongs to another user.
    private static string[]? TryReadLines(int processId)
    {
        try
        {
            return File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/maps"));
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException)
        {
            return []; // the process has ended
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
