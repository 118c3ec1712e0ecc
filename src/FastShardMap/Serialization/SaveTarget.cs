using FastShardMap.Memory;

namespace FastShardMap.Serialization;

/// <summary>The file that a save replaces or creates. Links are followed to find it. The save is refused before
/// anything is written if renaming to that path would fail, or would destroy something that is not a file.</summary>
/// <remarks>
/// <para>A rename replaces whatever has the name: a FIFO, a device, a link, a read-only file. The object at the path is
/// therefore checked twice, before the first byte and before the rename. Between the second check and the rename,
/// another process can still put something there, because no operating system has a rename that replaces only regular
/// files.</para>
/// <para>Links are followed here and not by the operating system, because a rename replaces a link. The path of the
/// directory is first freed of links, so that the temporary file and the rename stay in the directory that was checked,
/// even if a link is changed in the meantime.</para>
/// </remarks>
internal sealed class SaveTarget
{
    /// <summary>The maximum number of links to follow, which is that of Linux.</summary>
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

    /// <summary>The path of the file, without links.</summary>
    public string FilePath { get; }

    /// <summary>The directory of the file.</summary>
    public string Folder => Path.GetDirectoryName(FilePath)!;

    /// <summary>Whether the file exists, and is to be replaced.</summary>
    public bool Exists => _facts is not null;

    /// <summary>Finds the file.</summary>
    /// <param name="path">The path that the caller has passed. Exceptions show this path.</param>
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

    /// <summary>Gives the temporary file the permissions of the file that it will replace, and its owner if the
    /// operating system allows it. Does nothing for a new file, which has the permissions of any new file.</summary>
    public void GivePermissions(TemporaryFile file)
    {
        if (_facts is { } facts)
        {
            KeptPermissions.Give(facts, FilePath, file, _named);
        }
    }

    /// <summary>Checks the file again, and adopts a change of its permissions.</summary>
    /// <exception cref="IOException">The file is no longer a regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may no longer be written.</exception>
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

    /// <summary>Returns the same exception with the path that the caller has passed, instead of a temporary
    /// path.</summary>
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
        // This uses the rules of the operating system, which detects loops and links that lead to objects without a
        // name.
        FileFacts? end = FileFacts.Of(whole, followLinks: true, named);
        if (end is { Kind: not FileKind.Regular and FileKind kind })
        {
            throw NotRegular(named, kind);
        }

        string folder = FileCalls.ResolveDirectory(Path.GetDirectoryName(whole)!, named);
        string path = Path.Join(folder, Path.GetFileName(whole));
        for (int links = 0; FileFacts.Of(path, followLinks: false, named) is { Kind: FileKind.Link } link; links++)
        {
            if (links == MostLinks)
            {
                throw new IOException($"'{named}' is a link that leads through too many other links.");
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

    /// <summary>Throws for a link of another user in a directory where all users may add files. This is the rule of
    /// Linux, which does not apply when a program follows links itself.</summary>
    private static void RequireTrusted(FileFacts link, string folder, string named)
    {
        FileFacts? directory = FileFacts.Of(folder, followLinks: true, named);
        if (directory is { IsSticky: true, IsWritableByOthers: true } shared
            && link.Owner != FileCalls.EffectiveUser
            && link.Owner != shared.Owner)
        {
            throw new UnauthorizedAccessException(
                $"'{named}' is a link that another user created in a shared directory.");
        }
    }

    private static IOException NotRegular(string named, FileKind kind) =>
        new($"'{named}' is {Describe(kind)}. A saved map replaces regular files only.");

    private static string Describe(FileKind kind) => kind switch
    {
        FileKind.Directory => "a directory",
        FileKind.Link => "a link that was created during the save",
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

        // Root may write to the file anyway, but a read-only mode was set on purpose.
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
                $"'{_named}' is in a directory where only the owner of a file may replace it.");
        }
    }
}
