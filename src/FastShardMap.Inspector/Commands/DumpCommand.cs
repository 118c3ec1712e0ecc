using System.Globalization;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Targets;
using Microsoft.Diagnostics.NETCore.Client;

namespace FastShardMap.Inspector.Commands;

/// <summary><c>fsmap dump</c>: asks the runtime of a process to write a dump.</summary>
internal static class DumpCommand
{
    private const string FullDumpVariable = "DOTNET_DbgMiniDumpType";

    public static int Run(int processId, string? file, bool full, bool json, Output output)
    {
        string path = Path.GetFullPath(file ?? string.Create(
            CultureInfo.InvariantCulture, $"fsmap-{processId}-{DateTime.UtcNow:yyyyMMdd-HHmmss}.dmp"));
        if (Path.Exists(path))
        {
            // The runtime would replace the file or device, and delete it if writing fails.
            throw new InspectionException($"{path} already exists.");
        }

        if (!ProcessState.IsAlive(processId))
        {
            throw new InspectionException($"There is no process {processId}.");
        }

        try
        {
            // A heap dump has all private memory, and therefore all maps; a full one adds the code.
            new DiagnosticsClient(processId).WriteDump(full ? DumpType.Full : DumpType.WithHeap, path);
        }
        catch (Exception exception)
        {
            // A connection can throw anything when its other end goes away. A partial dump must not be left behind.
            DeleteQuietly(path);
            throw ProcessState.IsEnding(processId)
                ? Target.EndedException(processId)
                : new InspectionException(
                    $"Process {processId} wrote no dump: {Advise(exception.Message, processId, full)}", exception);
        }

        if (!File.Exists(path))
        {
            // A process in another container writes to its own file system.
            throw new InspectionException(
                $"Process {processId} reports that it has written {path}, but there is no such file here.");
        }

        long bytes = new FileInfo(path).Length;
        if (json)
        {
            output.Json(new { File = path, Bytes = bytes });
        }
        else
        {
            output.Line($"{path}  {Output.Count(bytes, "byte")}");
        }

        return ExitCode.Ok;
    }

    /// <summary>
    /// The runtime's message. It names an environment variable, which applies to dumps that a process takes of itself;
    /// this tool's option replaces it.
    /// </summary>
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
            // The dump of another user's process belongs to that user.
        }
    }
}
