using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;

namespace FastShardMap.Inspector.Tracing;

/// <summary>Records the library's events of a running process to a file.</summary>
internal static class TraceRecorder
{
    private const string Provider = "FastShardMap";

    /// <summary>Migration, Contention, Reads and Maps; memory is another story.</summary>
    private const long Keywords = 1 | 2 | 4 | 16;
    private const int BufferMegabytes = 64;

    public static void Record(int processId, TimeSpan duration, string file)
    {
        try
        {
            DiagnosticsClient client = new(processId);
            EventPipeProvider provider = new(Provider, EventLevel.Informational, Keywords);

            // With rundown: it names the methods of the stacks.
            using EventPipeSession session = client.StartEventPipeSession([provider], requestRundown: true, BufferMegabytes);
            using FileStream output = File.Create(file);
            Task copying = session.EventStream.CopyToAsync(output);
            copying.Wait(duration);
            if (!copying.IsCompleted)
            {
                session.Stop();
            }

            copying.GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is DiagnosticsClientException or IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw new InspectionException($"Process {processId} cannot be traced: {exception.Message}", exception);
        }
    }
}
