using System.Security.Cryptography;
using System.Text;
using FastShardMap.Memory;
using Microsoft.Win32.SafeHandles;

namespace FastShardMap.Serialization;

/// <summary>The file that a save writes to, beside the one that it will replace. Its name tells which one, and a lock
/// tells whether anybody still writes to it.</summary>
/// <remarks>
/// <para>The name has a length of its own, so that a target may have the longest name there is.</para>
/// <para>The lock is one for sharing, held by a second handle from before the first byte to after the rename. A lock
/// that excludes would make readers fail that open the new file between the rename and the end of the lock; a lock that
/// ends before the rename would let another process take the file for a leftover. The removal of leftovers asks for a
/// lock that excludes. On Windows the handle itself is the lock.</para>
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

    /// <summary>To write to.</summary>
    public SafeFileHandle Handle => _file!.SafeFileHandle;

    /// <summary>The start of the names of all temporary files of a target.</summary>
    internal static string FamilyOf(string target)
    {
        string name = Path.GetFileName(target);
        if (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS())
        {
            name = name.ToUpperInvariant(); // the same file, as a rule
        }

        return $"{Prefix}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8))}-";
    }

    /// <summary>Creates the file.</summary>
    /// <param name="isPrivate">Whether only its owner can open it; otherwise it has the permissions of any new
    /// file.</param>
    public void Create(bool isPrivate)
    {
        for (int attempt = 1; !TryCreate(isPrivate); attempt++)
        {
            if (attempt == Attempts)
            {
                throw new IOException($"Another process removes temporary files that are in use: '{FilePath}'.");
            }

            Dispose();
            FilePath = NewPath();
        }
    }

    /// <summary>Removes temporary files of the same target that are older than this one and that nobody writes to:
    /// those of processes that were killed. What cannot be removed stays.</summary>
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
            // A directory that may not be listed; saving does not depend on it.
        }
    }

    /// <summary>Makes this file the target. It is complete and on the disk.</summary>
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
            // Something else of that name is not ours.
            if (FileFacts.Of(path, followLinks: false, path) is not { Kind: FileKind.Regular })
            {
                return;
            }

            // For reading and writing: so that no FIFO, put there this moment, can keep us waiting.
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
            // It is in use, or another user's.
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
            // What went wrong before is what the caller should hear of.
        }
    }

    private string NewPath() =>
        Path.Join(_folder, $"{_family}{RandomNumberGenerator.GetHexString(8, lowercase: true)}{Suffix}");

    /// <returns>False if the file was taken for a leftover before it was locked.</returns>
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
            // It is being removed, or was, between its creation and the lock of its first handle.
            return false;
        }

        // Where there are no locks, nobody gets one and no leftovers are removed.
        return FileCalls.TryLock(_lock, exclusively: false) != false && File.Exists(FilePath);
    }
}
