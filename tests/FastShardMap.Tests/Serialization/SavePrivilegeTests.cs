using FastShardMap.Memory;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Serialization;

/// <summary>Saving where the system says no, or where more than the mode says who may do what. What needs root to
/// prepare is done by an ordinary user in another process.</summary>
public sealed class SavePrivilegeTests
{
    private const string FolderVariable = "FASTSHARDMAP_TEST_FOLDER";
    private const string Nobody = "65534";

    [Fact]
    public void SaveTo_AsAnOrdinaryUser_RespectsWhatOthersOwn()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && SaveFolder.IsRoot, "Only root can give files away and become another user.");
        using SaveFolder folder = new();
        folder.SetPermissions("", 0b111_111_111);
        folder.AddFolder("readonly");
        folder.AddFile("foreign"); // 0644, root's
        folder.AddFile("shared", 0b110_110_110);
        folder.AddFile("group", 0b110_111_110);
        Assert.Equal(0, SaveFolder.Run("chown", "0:12345", folder.PathOf("group")));
        folder.AddFolder("sticky");
        folder.AddFile("sticky/foreign", 0b110_110_110);
        folder.AddFile("target", 0b110_110_110);
        folder.AddLink("sticky/link", folder.PathOf("target"));
        Assert.Equal(0, SaveFolder.Run("chown", "-h", "12345", folder.PathOf("sticky/link")));
        folder.SetPermissions("sticky", 0b001_111_111_111);
        string assembly = Path.Join(AppContext.BaseDirectory, "FastShardMap.Tests.dll");
        string[] user = ["--reuid", Nobody, "--regid", Nobody, "--clear-groups"];
        Assert.SkipUnless(
            SaveFolder.Run("setpriv", [.. user, "test", "-r", assembly]) == 0,
            "An ordinary user cannot read the tests.");

        ChildProcess.RunTest(
            $"""
            export {FolderVariable}='{folder.Root}' HOME='{folder.Root}'
            export DOTNET_CLI_HOME='{folder.Root}' DOTNET_EnableDiagnostics=0
            exec setpriv {string.Join(' ', user)} "$0" "$@"
            """,
            typeof(SavePrivilegeTests),
            nameof(AsAnOrdinaryUser));
    }

    [Fact(Explicit = true)]
    public async Task AsAnOrdinaryUser()
    {
        string root = Environment.GetEnvironmentVariable(FolderVariable)!;
        using ShardMap<long, long> map = SaveLoadTests.Sample(500);
        foreach (bool asynchronously in (bool[])[false, true])
        {
            foreach (string name in (string[])["readonly/map", "foreign", "sticky/foreign", "sticky/link"])
            {
                string path = Path.Join(root, name);
                byte[]? before = File.Exists(path) ? await File.ReadAllBytesAsync(path) : null;
                SaveTargetTests.CallingProgress none = new(() => Assert.Fail("The map was written."));
                UnauthorizedAccessException thrown = await Assert.ThrowsAsync<UnauthorizedAccessException>(
                    () => SaveTargetTests.SaveAsync(map, path, asynchronously, none));
                Assert.Contains($"'{path}'", thrown.Message, StringComparison.Ordinal);
                Assert.DoesNotContain(".tmp", thrown.Message, StringComparison.Ordinal);
                Assert.Equal(before, File.Exists(path) ? await File.ReadAllBytesAsync(path) : null);
            }

            // Files of others that may be written to are replaced, and become this user's.
            foreach ((string name, int permissions) in ((string, int)[])
            [
                ("shared", 0b110_110_110),
                ("group", 0b110_110_110),
            ])
            {
                string path = Path.Join(root, name);
                await SaveTargetTests.SaveAsync(map, path, asynchronously);
                FileFacts now = FileFacts.Of(path, followLinks: false, path)!.Value;
                Assert.Equal((65534u, permissions), (now.Owner, now.Permissions));
                ShardMap<long, long>.LoadFrom(path).Dispose();
            }
        }

        Assert.Empty(Directory.GetFiles(root, ".fastshardmap*", new EnumerationOptions
        {
            AttributesToSkip = FileAttributes.None, RecurseSubdirectories = true,
        }));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task SaveTo_DiskFull_KeepsTheOldFileAndNoOther(bool asynchronously, bool exists)
    {
        using SaveFolder folder = new();
        string disk = folder.AddFolder("disk");
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && SaveFolder.IsRoot
            && SaveFolder.Run("mount", "-t", "tmpfs", "-o", "size=256k", "none", disk) == 0,
            "Only root can mount a small disk.");
        try
        {
            string path = exists ? folder.AddFile("disk/map") : folder.PathOf("disk/map");
            Dictionary<string, string> before = folder.Describe();
            using ShardMap<long, long> map = SaveLoadTests.Sample(50_000);

            IOException thrown = await Assert.ThrowsAsync<IOException>(
                () => SaveTargetTests.SaveAsync(map, path, asynchronously));

            Assert.Contains($"'{path}'", thrown.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(".tmp", thrown.Message, StringComparison.Ordinal);
            Assert.Equal(before, folder.Describe());
        }
        finally
        {
            Assert.Equal(0, SaveFolder.Run("umount", disk));
        }
    }

    [Fact]
    public void SaveTo_FileMountedByItself_IsRefusedAtOnce()
    {
        using SaveFolder folder = new();
        string path = folder.AddFile("map");
        Assert.SkipUnless(
            Environment.OSVersion.Version >= new Version(5, 8) // the system says so from then on
            && OperatingSystem.IsLinux() && SaveFolder.IsRoot
            && SaveFolder.Run("mount", "--bind", folder.AddFile("other"), path) == 0,
            "Only root can mount a file.");
        try
        {
            using ShardMap<long, long> map = SaveLoadTests.Sample(500);
            IOException thrown = Assert.Throws<IOException>(
                () => map.SaveTo(path, new SaveTargetTests.CallingProgress(() => Assert.Fail("The map was written."))));
            Assert.Contains($"'{path}'", thrown.Message, StringComparison.Ordinal);
            Assert.Equal(2, folder.Describe().Count);
        }
        finally
        {
            Assert.Equal(0, SaveFolder.Run("umount", path));
        }
    }

    /// <summary>With a list, the group's bits of the mode are not the group's rights.</summary>
    [Fact]
    public void SaveTo_FileWithAnAccessControlList_KeepsIt()
    {
        using SaveFolder folder = new();
        string path = folder.AddFile("map", 0b110_000_000);
        byte[] list = ListWithNobody();
        using (FileStream file = File.OpenWrite(path))
        {
            Assert.SkipUnless(
                OperatingSystem.IsLinux() && AccessList.TryGive(file.SafeFileHandle, list),
                "The file system has no access control lists.");
        }

        Assert.Equal(0b110_110_000, folder.FactsOf("map").Permissions); // and yet the group may do nothing
        using ShardMap<long, long> map = SaveLoadTests.Sample(500);
        map.SaveTo(path);

        Assert.Equal(list, AccessList.Of(path));
        Assert.Equal(0b110_110_000, folder.FactsOf("map").Permissions);
    }

    /// <summary>New files in a folder can get a list from it; the old file had none.</summary>
    [Fact]
    public void SaveTo_FolderGivesNewFilesAList_IsNotTaken()
    {
        using SaveFolder folder = new();
        string path = folder.AddFile("map", 0b110_100_000);
        string list = Convert.ToHexString(ListWithNobody());
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && SaveFolder.Run("python3", "-c",
                $"import os; os.setxattr('{folder.Root}', 'system.posix_acl_default', bytes.fromhex('{list}'))") == 0,
            "Needs Python and a file system with access control lists.");
        folder.AddFile("new");
        Assert.NotEmpty(AccessList.Of(folder.PathOf("new")));
        using ShardMap<long, long> map = SaveLoadTests.Sample(500);
        map.SaveTo(path);

        Assert.Empty(AccessList.Of(path));
        Assert.Equal(0b110_100_000, folder.FactsOf("map").Permissions);
    }

    // Version 2, then tag, permissions and id of each entry: user::rw-, user:65534:rw-, group::---, mask::rw-,
    // other::---.
    private static byte[] ListWithNobody() =>
    [
        2, 0, 0, 0,
        .. Entry(1, 6, uint.MaxValue), .. Entry(2, 6, 65534), .. Entry(4, 0, uint.MaxValue),
        .. Entry(16, 6, uint.MaxValue),
        .. Entry(32, 0, uint.MaxValue),
    ];

    private static byte[] Entry(ushort tag, ushort permissions, uint id) =>
        [.. BitConverter.GetBytes(tag), .. BitConverter.GetBytes(permissions), .. BitConverter.GetBytes(id)];
}
