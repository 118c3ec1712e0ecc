using FastShardMap.Memory;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Serialization;

/// <summary>A file that takes the place of another only when it is complete and on the disk.</summary>
internal sealed class DurableFile : IDisposable
{
    /// <summary>How much is written before the disk is asked to begin with it.</summary>
    private const long FlushEveryBytes = 8 * 1024 * 1024;

    private readonly string _path;
    private readonly string _temporaryPath;
    private readonly SafeFileHandle _file;
    private long _written;
    private long _flushBegun;
    private bool _committed;

    private DurableFile(string path, string temporaryPath)
    {
        _path = path;
        _temporaryPath = temporaryPath;
        _file = File.OpenHandle(temporaryPath, FileMode.CreateNew, FileAccess.Write, FileShare.None);
    }

    public static DurableFile Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string whole = Path.GetFullPath(path);
        return new DurableFile(whole, $"{whole}.{Guid.NewGuid():N}.tmp");
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_file, bytes, _written);
        Advance(bytes.Length);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await RandomAccess.WriteAsync(_file, bytes, _written, cancellationToken).ConfigureAwait(false);
        Advance(bytes.Length);
    }

    /// <summary>The file is complete.</summary>
    public void Commit()
    {
        RandomAccess.FlushToDisk(_file);
        _file.Dispose();
        File.Move(_temporaryPath, _path, overwrite: true);
        _committed = true;
        _ = DiskFlush.TryFlushDirectory(Path.GetDirectoryName(_path)!);
    }

    public void Dispose()
    {
        _file.Dispose();
        if (!_committed)
        {
            TryDelete();
        }
    }

    private void Advance(int bytes)
    {
        _written += bytes;
        if (_written - _flushBegun >= FlushEveryBytes)
        {
            DiskFlush.Begin(_file, _flushBegun, _written - _flushBegun);
            _flushBegun = _written;
        }
    }

    private void TryDelete()
    {
        try
        {
            File.Delete(_temporaryPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What went wrong before is what the caller should hear of.
        }
    }
}
