using System.Globalization;
using FastShardMap.Inspector.Targets;
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

        if (!ProcessState.IsAlive(processId))
        {
            throw new InspectionException($"There is no process {processId}.");
        }

        try
        {
            // Heap dumps hold all private memory, so all maps; full ones add the code.
            new DiagnosticsClient(processId).WriteDump(full ? DumpType.Full : DumpType.WithHeap, path);
        }
        catch (Exception exception)
        {
            // Whatever a connection throws whose other end goes away; a part of a dump would pass for one.
            DeleteQuietly(path);
            throw ProcessState.IsEnding(processId)
                ? Target.EndedException(processId)
                : new InspectionException($"Process {processId} wrote no dump: {exception.Message}", exception);
        }

        if (!File.Exists(path))
        {
            // Processes of other containers write to file systems of their own.
            throw new InspectionException($"Process {processId} says that it has written {path}, but there is no such file here.");
        }

        output.Line($"{path}  {Output.Number(new FileInfo(path).Length)} bytes");
        return ExitCode.Ok;
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Of another user's process: it is theirs.
        }
    }
}
