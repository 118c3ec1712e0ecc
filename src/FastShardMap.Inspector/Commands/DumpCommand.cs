using System.Globalization;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Targets;
using Microsoft.Diagnostics.NETCore.Client;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap dump</c>: asks a process's runtime to write a dump of it.</summary>
internal static class DumpCommand
{
    private const string FullDumpVariable = "DOTNET_DbgMiniDumpType";

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
                : new InspectionException($"Process {processId} wrote no dump: {Advise(exception.Message, processId, full)}", exception);
        }

        if (!File.Exists(path))
        {
            // Processes of other containers write to file systems of their own.
            throw new InspectionException($"Process {processId} says that it has written {path}, but there is no such file here.");
        }

        output.Line($"{path}  {Output.Count(new FileInfo(path).Length, "byte")}");
        return ExitCode.Ok;
    }

    /// <summary>The runtime's message, with this tool's option in place of the environment variable that it names for dumps
    /// which it takes of itself.</summary>
    internal static string Advise(string message, int processId, bool full)
    {
        bool wantsFull = !full && message.Contains(FullDumpVariable, StringComparison.Ordinal);
        string shown = message.Replace($" ({FullDumpVariable}=4)", string.Empty, StringComparison.Ordinal).Trim();
        return wantsFull ? $"{shown}\n  try: fsmap dump {processId} --full" : shown;
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
