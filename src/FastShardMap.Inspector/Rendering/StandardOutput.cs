namespace FastShardMap.Inspector.Rendering;

/// <summary>
/// The standard output as a stream. Its failures are distinguished from all others, because entries are redirected to
/// files and disks can be full.
/// </summary>
internal sealed class StandardOutput(Stream inner) : WriteOnlyStream
{
    private bool _hasFailed;

    /// <exception cref="InspectionException">The standard output cannot be written. Thrown once; later output is
    /// dropped.</exception>
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
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or ObjectDisposedException)
        {
            // .NET reports a closed standard output as "access denied".
            _hasFailed = true;
            throw OutputFile.NotWritten("The standard output", exception.InnerException as IOException ?? exception);
        }
    }
}
