using System.Security.Cryptography;
using System.Text;
using FastShardMap.Memory;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Serialization;

/// <summary>The file that a save writes to, in the directory of the file that it will replace. Its name identifies that
/// file, and a lock shows whether a process is still writing to it.</summary>
/// <remarks>
/// <para>The length of the name does not depend on the target, so the target may have the longest name possible.</para>
/// <para>The lock is a shared lock, which a second handle holds from before the first byte to after the rename. With an
/// exclusive lock, readers that open the new file between the rename and the end of the lock would fail. If the lock
/// ended before the rename, another process could take the file for a leftover. The removal of leftovers requests an
/// exclusive lock. On Windows, the handle itself is the lock.</para>
/// </remarks>
internal sealed class TemporaryFile : IDisposable
{
    private const string Prefix = ".fastshardmap-";
    private const string Suffix = ".tmp";
    private const int Attempts = 20;

    private readonly string _folder;
    private readonly string _family;
    private FileStream? _file;
    private SafeFileHandle? _lock;
    private bool _moved;

    /// <param name="target">The file that this one will replace.</param>
    public TemporaryFile(string target)
    {
        _folder = Path.GetDirectoryName(target)!;
        _family = FamilyOf(target);
        FilePath = NewPath();
    }

    public string FilePath { get; private set; }

    /// <summary>The handle to write to.</summary>
    public SafeFileHandle Handle => _file!.SafeFileHandle;

    /// <summary>Returns the common start of the names of all temporary files of a target.</summary>
    internal static string FamilyOf(string target)
    {
        string name = Path.GetFileName(target);
        if (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS())
        {
            name = name.ToUpperInvariant(); // usually these names refer to the same file
        }

        return $"{Prefix}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8))}-";
    }

    /// <summary>Creates the file.</summary>
    /// <param name="isPrivate">Whether only its owner can open the file; otherwise it has the permissions of any new
    /// file.</param>
    public void Create(bool isPrivate)
    {
        for (int attempt = 1; !TryCreate(isPrivate); attempt++)
        {
            if (attempt == Attempts)
            {
                throw new IOException($"Another process is removing temporary files that are in use: '{FilePath}'.");
            }

            Dispose();
            FilePath = NewPath();
        }
    }

    /// <summary>Removes temporary files of the same target that are older than this one and that no process is writing
    /// to. They were left behind by processes that were killed. Files that cannot be removed stay.</summary>
    public void RemoveLeftovers()
    {
        EnumerationOptions all = new()
        {
            AttributesToSkip = FileAttributes.None,
            MatchCasing = MatchCasing.CaseSensitive,
        };
        try
        {
            DateTime begun = File.GetLastWriteTimeUtc(FilePath);
            foreach (string path in Directory.EnumerateFiles(_folder, $"{_family}*{Suffix}", all))
            {
                if (path != FilePath && File.GetLastWriteTimeUtc(path) < begun)
                {
                    TryRemoveUnused(path);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The directory may not be listed. Saving does not depend on it.
        }
    }

    /// <summary>Moves this file to the target. The file must be complete and on the disk.</summary>
    public void MoveTo(string target)
    {
        _file!.Dispose();
        File.Move(FilePath, target, overwrite: true);
        _moved = true;
        _lock!.Dispose();
    }

    public void Dispose()
    {
        bool created = _file is not null;
        _file?.Dispose();
        _lock?.Dispose();
        if (created && !_moved)
        {
            TryDelete(FilePath);
        }
    }

    private static void TryRemoveUnused(string path)
    {
        try
        {
            // An object with such a name that is not a regular file is not a leftover.
            if (FileFacts.Of(path, followLinks: false, path) is not { Kind: FileKind.Regular })
            {
                return;
            }

            // Open for reading and writing, so that this does not wait if a FIFO was put there in the meantime.
            FileOptions options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
            using SafeFileHandle file = File.OpenHandle(
                path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, options);
            if (!OperatingSystem.IsWindows() && FileCalls.TryLock(file, exclusively: true) == true)
            {
                File.Delete(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The file is in use, or belongs to another user.
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Ignored, so that the caller gets the exception of the earlier failure.
        }
    }

    private string NewPath() =>
        Path.Join(_folder, $"{_family}{RandomNumberGenerator.GetHexString(8, lowercase: true)}{Suffix}");

    /// <returns><see langword="false"/> if the file was taken for a leftover before it was locked.</returns>
    private bool TryCreate(bool isPrivate)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
        };
        if (isPrivate && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            _file = new FileStream(FilePath, options);
            _lock = File.OpenHandle(FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (IOException exception) when (exception is FileNotFoundException || FileCalls.IsLockConflict(exception))
        {
            // Another process is removing the file, or has removed it between its creation and the lock of its first
            // handle.
            return false;
        }

        // If the file system does not support locks, no process gets one, and no leftovers are removed.
        return FileCalls.TryLock(_lock, exclusively: false) != false && File.Exists(FilePath);
    }
}
