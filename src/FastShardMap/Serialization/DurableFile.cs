using FastShardMap.Memory;

namespace FastShardMap.Serialization;

/// <summary>A file that replaces another only when it is complete and on the disk.</summary>
internal sealed class DurableFile : IDisposable
{
    /// <summary>The number of bytes written before the disk starts to write them out.</summary>
    private const long FlushEveryBytes = 8 * 1024 * 1024;

    private readonly SaveTarget _target;
    private readonly TemporaryFile _file;
    private long _written;
    private long _flushBegun;

    private DurableFile(SaveTarget target, TemporaryFile file)
    {
        _target = target;
        _file = file;
    }

    /// <summary>Creates the temporary file. All failures that can be foreseen happen here.</summary>
    /// <param name="path">The file to replace or create.</param>
    public static DurableFile Create(string path)
    {
        SaveTarget target = SaveTarget.Find(path);
        TemporaryFile file = new(target.FilePath);
        try
        {
            file.Create(isPrivate: target.Exists);
            target.GivePermissions(file);
            file.RemoveLeftovers();
            return new DurableFile(target, file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            throw target.InCallersWords(exception, file.FilePath);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_file.Handle, bytes, _written);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw _target.InCallersWords(exception, _file.FilePath);
        }

        Advance(bytes.Length);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(_file.Handle, bytes, _written, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw _target.InCallersWords(exception, _file.FilePath);
        }

        Advance(bytes.Length);
    }

    /// <summary>Completes the file: flushes it, and puts it in its place.</summary>
    public void Commit()
    {
        try
        {
            RandomAccess.FlushToDisk(_file.Handle);
            _target.Recheck(_file);
            _file.MoveTo(_target.FilePath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw _target.InCallersWords(exception, _file.FilePath);
        }

        _ = DiskFlush.TryFlushDirectory(_target.Folder);
    }

    public void Dispose() => _file.Dispose();

    private void Advance(int bytes)
    {
        _written += bytes;
        if (_written - _flushBegun >= FlushEveryBytes)
        {
            DiskFlush.Begin(_file.Handle, _flushBegun, _written - _flushBegun);
            _flushBegun = _written;
        }
    }
}
