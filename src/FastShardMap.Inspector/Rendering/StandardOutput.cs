namespace FastShardMap.Inspector.Rendering;

/// <summary>The standard output as a stream whose failure is told from all others: entries are redirected to files, and
/// disks fill up.</summary>
internal sealed class StandardOutput(Stream inner) : WriteOnlyStream
{
    private bool _hasFailed;

    /// <exception cref="InspectionException">It cannot be written to. Said once: what follows is dropped.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_hasFailed)
        {
            return;
        }

        try
        {
            inner.Write(buffer);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // A closed one is "access denied" to .NET.
            _hasFailed = true;
            throw OutputFile.NotWritten("The standard output", exception.InnerException as IOException ?? exception);
        }
    }
}
