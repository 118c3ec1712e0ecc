using FastShardMap.Memory;

namespace FastShardMap.Serialization;

/// <summary>A file that takes the place of another only when it is complete and on the disk.</summary>
internal sealed class DurableFile : IDisposable
{
    private readonly string _path;
    private readonly string _temporaryPath;
    private bool _committed;

    private DurableFile(string path, string temporaryPath)
    {
        _path = path;
        _temporaryPath = temporaryPath;

        // The encoder's pieces are large: a buffer of the stream's own would be one more copy.
        Stream = new FileStream(temporaryPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
    }

    public FileStream Stream { get; }

    public static DurableFile Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string whole = Path.GetFullPath(path);
        return new DurableFile(whole, $"{whole}.{Guid.NewGuid():N}.tmp");
    }

    /// <summary>The file is complete.</summary>
    public void Commit()
    {
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        File.Move(_temporaryPath, _path, overwrite: true);
        _committed = true;
        _ = DirectoryFlush.TryFlush(Path.GetDirectoryName(_path)!);
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (!_committed)
        {
            TryDelete();
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
