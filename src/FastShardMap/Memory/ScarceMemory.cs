using System.Globalization;

namespace FastShardMap.Memory;

/// <summary>Decides whether there is too little memory left to keep any of it ready. Memory is scarce if an eighth of
/// the process's limit (<see cref="NativeMemoryLimit"/>) or of the machine's memory would not stay free.</summary>
internal static class ScarceMemory
{
    private const ulong FreeShare = 8;
    private const long LimitAgeMilliseconds = 1000;

    private static readonly UninterruptibleMonitor s_gate = new();

    // Protected by the gate. Determining the limit reads several system files.
    private static ulong s_limit;
    private static long s_limitAge = long.MinValue / 2;

    /// <summary>Returns whether memory would be scarce after another allocation of this length. Reads system files; for
    /// background threads.</summary>
    public static bool IsScarceWith(nuint bytes)
    {
        if (FaultInjection.Scarce is { } hook)
        {
            return hook(bytes);
        }

        ulong limit = Limit();
        return !LeavesRoom(limit, (ulong)Environment.WorkingSet, bytes)
            || (MachineBytes("/proc/meminfo") is (ulong total, ulong available)
                && !LeavesRoom(total, total - Math.Min(total, available), bytes));
    }

    /// <summary>Returns whether an eighth of the limit stays free.</summary>
    public static bool LeavesRoom(ulong limit, ulong used, ulong more) =>
        (UInt128)used + more <= limit - (limit / FreeShare);

    /// <summary>Returns the machine's memory and the part that is available without swapping; null if it is
    /// unknown.</summary>
    public static (ulong Total, ulong Available)? MachineBytes(string path)
    {
        try
        {
            ulong? total = null;
            ulong? available = null;
            foreach (string line in File.ReadLines(path))
            {
                total ??= Kibibytes(line, "MemTotal:");
                available ??= Kibibytes(line, "MemAvailable:");
            }

            return total is { } all && available is { } free ? (all, free) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // The format of a line: name, number, "kB". See proc_meminfo(5).
    private static ulong? Kibibytes(string line, string name) =>
        line.StartsWith(name, StringComparison.Ordinal)
        && ulong.TryParse(
            line.AsSpan(name.Length).Trim().TrimEnd(" kB"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out ulong number)
        && number <= ulong.MaxValue / 1024
            ? number * 1024
            : null;

    private static ulong Limit()
    {
        long now = Environment.TickCount64;
        using (s_gate.Enter())
        {
            if (now - s_limitAge >= LimitAgeMilliseconds)
            {
                s_limit = NativeMemoryLimit.Current().Bytes;
                s_limitAge = now;
            }

            return s_limit;
        }
    }
}
