using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Targets;
using FastShardMap.Layout;
using Microsoft.Diagnostics.NETCore.Client;

namespace FastShardMap.Inspector.Reports;

/// <summary>A .NET process that uses the library, in one row. It is read while the process runs.</summary>
/// <param name="Pid">The process id.</param>
/// <param name="Process">The name of the program.</param>
/// <param name="Maps">The number of maps; null if the memory may not be read.</param>
/// <param name="Entries">The entries of all maps; null if the memory may not be read.</param>
/// <param name="Names">The names of the maps that have one, in the order of their creation.</param>
internal sealed record ProcessSummary(int Pid, string Process, int? Maps, long? Entries, IReadOnlyList<string> Names)
{
    private const string Library = "FastShardMap.dll";
    private const string Runtime = "libcoreclr.so";

    /// <summary>The .NET processes of this machine that have maps, this one excepted.</summary>
    public static List<ProcessSummary> All() =>
    [
        .. (OperatingSystem.IsLinux() ? OfLinux() : DiagnosticsClient.GetPublishedProcesses())
            .Where(static id => id != Environment.ProcessId)
            .Order()
            .Select(Of)
            .OfType<ProcessSummary>(),
    ];

    /// <summary>Describes a process; null if it has no map, or has ended.</summary>
    public static ProcessSummary? Of(int processId)
    {
        string name = NameOf(processId);
        using LiveMemory? memory = LiveMemory.TryOpen(processId);
        if (memory is null)
        {
            return name.Length == 0 ? null : new ProcessSummary(processId, name, null, null, []);
        }

        List<MapSummary> maps = [.. MapSample.Find(memory).Select(MapSummary.Of)];
        return maps.Count == 0
            ? null
            : new ProcessSummary(
                processId,
                name,
                maps.Count,
                maps.Total(static map => map.Entries),
                [.. maps.Select(static map => map.Name).Where(static map => map.Length > 0)]);
    }

    // The client's own list reads files of every process, and fails if one of them is a thread of the kernel. A program
    // that was compiled ahead of time contains the library, so it has not mapped it, but its runtime has a socket. The
    // number of a socket may belong to another process by now.
    private static IEnumerable<int> OfLinux() =>
        from folder in Directory.EnumerateDirectories("/proc")
        let id = int.TryParse(
            Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0
        where id > 0 && (ProcessRegions.HasMapped(id, Library) || HasSocketWithoutRuntime(id))
        select id;

    private static bool HasSocketWithoutRuntime(int processId) =>
        Directory.EnumerateFiles(
            Path.GetTempPath(),
            string.Create(CultureInfo.InvariantCulture, $"dotnet-diagnostic-{processId}-*-socket")).Any()
        && ProcessRegions.HasMemory(processId)
        && !ProcessRegions.HasMapped(processId, Runtime);

    private static string NameOf(int processId)
    {
        try
        {
            using Process process = System.Diagnostics.Process.GetProcessById(processId);
            return ProgramOf(processId) ?? process.ProcessName;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return string.Empty; // it has ended
        }
    }

    // A program that "dotnet" runs is called by the name of its assembly.
    private static string? ProgramOf(int processId)
    {
        try
        {
            string[] words = File.ReadAllText($"/proc/{processId}/cmdline").Split('\0');
            string? assembly = Array.Find(
                words, static word => word.EndsWith(".dll", StringComparison.OrdinalIgnoreCase));
            return assembly is null ? null : Path.GetFileName(assembly);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
