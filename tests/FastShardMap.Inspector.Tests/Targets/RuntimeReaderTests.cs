using FastShardMap.Inspector.Targets;

namespace FastShardMap.Inspector.Tests.Targets;

/// <summary>A dump names the folder of its runtime; the tool loads a library from there only if it may trust
/// it.</summary>
public sealed class RuntimeReaderTests
{
    [Fact]
    public void BelongsToRootOrUser_OwnFileAndRoots_AreTrusted()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Owners of files are Linux's.");
        string file = Path.GetTempFileName();
        try
        {
            Assert.True(LinuxNative.BelongsToRootOrUser(file));
            Assert.True(LinuxNative.BelongsToRootOrUser("/bin/sh"));
            Assert.False(LinuxNative.BelongsToRootOrUser(file + ".missing"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void BelongsToRootOrUser_FileOfAnother_IsNot()
    {
        const string Another = "54321";
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root gives files to others.");
        string file = Path.GetTempFileName();
        try
        {
            Assert.Equal(0, SpecimenProcess.RunProcess("/bin/chown", Another, file).Code);
            Assert.False(LinuxNative.BelongsToRootOrUser(file));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
