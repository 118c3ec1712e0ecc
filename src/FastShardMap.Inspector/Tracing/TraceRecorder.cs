using System.Diagnostics.Tracing;
using FastShardMap.Inspector.Rendering;
using Microsoft.Diagnostics.NETCore.Client;

namespace FastShardMap.Inspector.Tracing;

/// <summary>Records the library's events of a running process to a file.</summary>
internal static class TraceRecorder
{
    private const string Provider = "FastShardMap";

    /// <summary>Migration, Contention, Reads and Maps, but not Memory.</summary>
    private const long Keywords = 1 | 2 | 4 | 16;
    private const int BufferMegabytes = 64;
    private const int CopyBytes = 1 << 16;

    /// <summary>Records until the time is up, the token is canceled, or the process ends.</summary>
    /// <exception cref="InspectionException">The process cannot be traced, or the file cannot be written.</exception>
    public static void Record(int processId, TimeSpan duration, string file, CancellationToken stop)
    {
        bool isNew = !File.Exists(file);
        using FileStream output = Open(file);
        Exception? failure;
        try
        {
            DiagnosticsClient client = new(processId);
            EventPipeProvider provider = new(Provider, EventLevel.Informational, Keywords);

            // The rundown is needed for the names of the methods on the stacks.
            using EventPipeSession session = client.StartEventPipeSession(
                [provider], requestRundown: true, BufferMegabytes);
            using CancellationTokenSource full = CancellationTokenSource.CreateLinkedTokenSource(stop);
            if (output.CanSeek && output.Length > 0)
            {
                output.SetLength(0);
            }

            Task<Exception?> copying = Task.Run(() => Copy(session.EventStream, output, full), CancellationToken.None);
            try
            {
                copying.Wait(duration, full.Token);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C: the recording so far is used. Or a full disk: the result of the copy says so.
            }

            if (!copying.IsCompleted)
            {
                session.Stop();
            }

            failure = copying.GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A connection can throw anything when its other end goes away.
            if (isNew)
            {
                File.Delete(file);
            }

            throw new InspectionException($"Process {processId} cannot be traced: {exception.Message}", exception);
        }

        if (failure is not null)
        {
            throw OutputFile.NotWritten(file, failure);
        }
    }

    // Opened before the session starts, because a session without a reader would stall. The content of an existing file
    // is kept until the session has started.
    private static FileStream Open(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw OutputFile.NotWritten(file, exception);
        }
    }

    // Reads to the end even if nothing can be written any more, because the process ends a session only after its
    // reader has read everything.
    private static Exception? Copy(Stream events, FileStream output, CancellationTokenSource full)
    {
        Exception? failure = null;
        byte[] buffer = new byte[CopyBytes];
        int read;
        while ((read = events.Read(buffer)) > 0)
        {
            try
            {
                if (failure is null)
                {
                    output.Write(buffer.AsSpan(0, read));
                }
            }
            catch (IOException exception)
            {
                failure = exception;
                full.Cancel();
            }
        }

        return failure;
    }
}
