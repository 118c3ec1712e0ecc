using System.Runtime.Versioning;
using System.Security.AccessControl;
using FastShardMap.Memory;

namespace FastShardMap.Serialization;

/// <summary>Preserves the permissions of a file when another takes its place. The new file never permits more than the
/// old one did.</summary>
internal static class KeptPermissions
{
    private const int OfGroup = 0b000_111_000;
    private const int OfOthers = 0b000_000_111;
    private const int BitsPerClass = 3;

    /// <summary>Gives a temporary file, which only its owner can open until then, the permissions of the old
    /// file.</summary>
    /// <exception cref="UnauthorizedAccessException">The temporary file would permit more than the old one.</exception>
    public static void Give(FileFacts old, string oldPath, TemporaryFile file, string named)
    {
        if (OperatingSystem.IsWindows())
        {
            GiveAccessRules(oldPath, file.FilePath);
        }
        else if (FileCalls.IsUnix)
        {
            GiveMode(old, oldPath, file, named);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void GiveMode(FileFacts old, string oldPath, TemporaryFile file, string named)
    {
        // Set the owner and the group first, and then the permissions, so that no other group has the rights at any
        // moment.
        FileFacts own = Of(file, named);
        if (own.Owner != old.Owner || own.OwnerGroup != old.OwnerGroup)
        {
            FileCalls.TryChangeOwner(file.Handle, old.Owner, old.OwnerGroup);
            own = Of(file, named);
        }

        // The members of another group were "others" in the old file.
        int permissions = own.OwnerGroup == old.OwnerGroup
            ? old.Permissions
            : old.Permissions & (~OfGroup | ((old.Permissions & OfOthers) << BitsPerClass));
        if (!AccessList.TryGive(file.Handle, AccessList.Of(oldPath)))
        {
            throw new UnauthorizedAccessException(
                $"The access control list of '{named}' cannot be copied to a new file.");
        }

        try
        {
            File.SetUnixFileMode(file.Handle, (UnixFileMode)permissions);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Some file systems have one mode for all files and refuse to change it.
            if ((Of(file, named).Permissions & ~permissions) != 0)
            {
                throw;
            }
        }
    }

    [SupportedOSPlatform("windows")]
    private static void GiveAccessRules(string oldPath, string newPath)
    {
        try
        {
            FileSecurity rules = new();
            rules.SetSecurityDescriptorBinaryForm(
                new FileInfo(oldPath).GetAccessControl(AccessControlSections.Access).GetSecurityDescriptorBinaryForm(),
                AccessControlSections.Access);
            new FileInfo(newPath).SetAccessControl(rules);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException
                or NotSupportedException or InvalidOperationException)
        {
            // The file system has no access rules, or the server does not disclose them. The rules of the directory
            // apply.
        }
    }

    private static FileFacts Of(TemporaryFile file, string named) =>
        FileFacts.Of(file.FilePath, followLinks: false, named)
        ?? throw new IOException($"The temporary file beside '{named}' was removed.");
}
