using FastShardMap.Memory;

namespace FastShardMap.Serialization;

/// <summary>The file that a save replaces or creates: found through links, and refused before anything is written if a
/// rename to it would fail, or would destroy what is not a file.</summary>
/// <remarks>
/// <para>A rename replaces whatever has the name: a FIFO, a device, a link, a file that may not be written. So what
/// lies there is looked at twice, before the first byte and before the rename. Between the second look and the rename
/// another process can still put something there; the system has no rename that replaces regular files only.</para>
/// <para>Links are followed here and not by the system, since a rename replaces a link. The directory is made free of
/// links first, so that the temporary file and the rename stay in the directory that was looked at, even if a link is
/// changed meanwhile.</para>
/// </remarks>
internal sealed class SaveTarget
{
    /// <summary>As many as Linux follows.</summary>
    private const int MostLinks = 40;

    private readonly string _named;
    private FileFacts? _facts;

    private SaveTarget(string named, string path)
    {
        _named = named;
        FilePath = path;
        _facts = FileFacts.Of(path, followLinks: false, named);
        RequireReplaceable();
    }

    /// <summary>The file itself.</summary>
    public string FilePath { get; }

    /// <summary>Where it lies.</summary>
    public string Folder => Path.GetDirectoryName(FilePath)!;

    /// <summary>Whether there is a file to be replaced.</summary>
    public bool Exists => _facts is not null;

    /// <summary>Finds the file.</summary>
    /// <param name="path">As the caller names it, also in exceptions.</param>
    public static SaveTarget Find(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string whole = Path.GetFullPath(path);
        if (Path.EndsInDirectorySeparator(whole))
        {
            throw NotRegular(path, FileKind.Directory);
        }

        return new SaveTarget(path, FileCalls.IsUnix ? FollowLinks(whole, path) : FollowLinksOfWindows(whole, path));
    }

    /// <summary>Gives the temporary file the permissions of the file that it will replace, and the owner where the
    /// system lets it. For a new file there is nothing to do: it has those of any new file.</summary>
    public void GivePermissions(TemporaryFile file)
    {
        if (_facts is { } facts)
        {
            KeptPermissions.Give(facts, FilePath, file, _named);
        }
    }

    /// <summary>Looks at the file again, and follows a change of its permissions.</summary>
    /// <exception cref="IOException">It is not a regular file any more.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written any more.</exception>
    public void Recheck(TemporaryFile file)
    {
        FileFacts? before = _facts;
        _facts = FileFacts.Of(FilePath, followLinks: false, _named);
        RequireReplaceable();
        if (_facts is not null && _facts != before)
        {
            GivePermissions(file);
        }
    }

    /// <summary>The same exception, in the caller's words: with the path that the caller gave, and no temporary
    /// one.</summary>
    public Exception InCallersWords(Exception exception, string temporaryPath)
    {
        string message = exception.Message
            .Replace(temporaryPath, _named, StringComparison.Ordinal)
            .Replace(FilePath, _named, StringComparison.Ordinal);
        if (!message.Contains($"'{_named}'", StringComparison.Ordinal))
        {
            message = $"The map was not saved to '{_named}': {message}";
        }

        return exception switch
        {
            UnauthorizedAccessException => new UnauthorizedAccessException(message, exception),
            DirectoryNotFoundException => new DirectoryNotFoundException(message, exception),
            PathTooLongException => new PathTooLongException(message, exception),
            _ => new IOException(message, exception) { HResult = exception.HResult },
        };
    }

    private static string FollowLinks(string whole, string named)
    {
        // By the system's own rules: it knows of loops, and of links that lead to what has no name.
        FileFacts? end = FileFacts.Of(whole, followLinks: true, named);
        if (end is { Kind: not FileKind.Regular and var kind })
        {
            throw NotRegular(named, kind);
        }

        string folder = FileCalls.ResolveDirectory(Path.GetDirectoryName(whole)!, named);
        string path = Path.Join(folder, Path.GetFileName(whole));
        for (int links = 0; FileFacts.Of(path, followLinks: false, named) is { Kind: FileKind.Link } link; links++)
        {
            if (links == MostLinks)
            {
                throw new IOException($"'{named}' is a link that leads to too many others.");
            }

            RequireTrusted(link, folder, named);
            string next = new FileInfo(path).LinkTarget ?? "";
            string name = Path.GetFileName(next);
            if (name is "" or "." or ".." || name.Contains('\uFFFD', StringComparison.Ordinal))
            {
                throw new IOException($"'{named}' is a link that does not lead to a file with a readable name.");
            }

            folder = FileCalls.ResolveDirectory(Path.Combine(folder, Path.GetDirectoryName(next) ?? ""), named);
            path = Path.Join(folder, name);
        }

        return end is null || FileFacts.Of(path, followLinks: false, named) is not null
            ? path
            : throw new IOException($"'{named}' leads to a file that has no name.");
    }

    private static string FollowLinksOfWindows(string whole, string named)
    {
        if (whole.StartsWith(@"\\.\", StringComparison.Ordinal))
        {
            throw NotRegular(named, FileKind.CharacterDevice);
        }

        return FileFacts.Of(whole, followLinks: false, named) is null
            ? whole
            : File.ResolveLinkTarget(whole, returnFinalTarget: true)?.FullName ?? whole;
    }

    /// <summary>In a directory where everybody may add files, links of strangers are not followed. It is the rule of
    /// Linux, which does not apply it to those who follow links by themselves.</summary>
    private static void RequireTrusted(FileFacts link, string folder, string named)
    {
        FileFacts? directory = FileFacts.Of(folder, followLinks: true, named);
        if (directory is { IsSticky: true, IsWritableByOthers: true } shared
            && link.Owner != FileCalls.EffectiveUser
            && link.Owner != shared.Owner)
        {
            throw new UnauthorizedAccessException($"'{named}' is a link that another user made in a shared directory.");
        }
    }

    private static IOException NotRegular(string named, FileKind kind) =>
        new($"'{named}' is {Describe(kind)}. A saved map replaces regular files only.");

    private static string Describe(FileKind kind) => kind switch
    {
        FileKind.Directory => "a directory",
        FileKind.Link => "a link that was made meanwhile",
        FileKind.Fifo => "a FIFO",
        FileKind.Socket => "a socket",
        FileKind.CharacterDevice or FileKind.BlockDevice => "a device",
        _ => "not a file",
    };

    private void RequireReplaceable()
    {
        if (_facts is not { } facts)
        {
            return;
        }

        if (facts.Kind != FileKind.Regular)
        {
            throw NotRegular(_named, facts.Kind);
        }

        // Root may write to all the same; but a read-only mode was set on purpose.
        if (!facts.IsWritable || facts.IsUnchangeable)
        {
            throw new UnauthorizedAccessException($"'{_named}' is read-only.");
        }

        if (facts.IsMountPoint)
        {
            throw new IOException(
                $"'{_named}' is mounted as a single file, which cannot be replaced. Mount its directory.");
        }

        FileCalls.RequireWriteAccess(FilePath, _named);
        uint user = FileCalls.EffectiveUser;
        if (user != 0 && user != facts.Owner
            && FileFacts.Of(Folder, followLinks: true, _named) is { IsSticky: true } directory
            && user != directory.Owner)
        {
            throw new UnauthorizedAccessException(
                $"'{_named}' lies in a directory where only a file's owner may replace it.");
        }
    }
}
