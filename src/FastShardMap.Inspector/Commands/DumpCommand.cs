using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap dump</c>: asks a process's runtime to write a dump of it.</summary>
internal static class DumpCommand
{
    public static int Run(int processId, string? file, bool full, Output output)
    {
        string path = Path.GetFullPath(file ?? string.Create(
            CultureInfo.InvariantCulture, $"fsmap-{processId}-{DateTime.UtcNow:yyyyMMdd-HHmmss}.dmp"));
        if (Path.Exists(path))
        {
            // The dump's writer would replace it, and delete it if that fails: a file, or a device.
            throw new InspectionException($"{path} exists already.");
        }

        try
        {
            // Heap dumps hold all private memory, so all maps; full ones add the code.
            new DiagnosticsClient(processId).WriteDump(full ? DumpType.Full : DumpType.WithHeap, path);
        }
        catch (Exception exception) when (exception is DiagnosticsClientException or IOException or UnauthorizedAccessException)
        {
            throw new InspectionException($"Process {processId} wrote no dump: {exception.Message}", exception);
        }

        if (!File.Exists(path))
        {
            // Processes of other containers write to file systems of their own.
            throw new InspectionException($"Process {processId} says that it has written {path}, but there is no such file here.");
        }

        output.Line($"{path}  {Output.Number(new FileInfo(path).Length)} bytes");
        return ExitCode.Ok;
    }
}
