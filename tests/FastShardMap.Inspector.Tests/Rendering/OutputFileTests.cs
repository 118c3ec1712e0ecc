using FastShardMap.Inspector.Rendering;

namespace FastShardMap.Inspector.Tests.Rendering;

public sealed class OutputFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fsmap-files-");

    [Fact]
    public void Write_ThatFails_LeavesNothing()
    {
        string file = Path.Combine(_folder.FullName, "page.html");
        InspectionException failure = Assert.Throws<InspectionException>(() => OutputFile.Write(file, FailHalfWay));

        Assert.Equal(ExitCode.NotWritten, failure.ExitCode);
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public void Write_ThatFails_KeepsWhatWasThere()
    {
        string file = Path.Combine(_folder.FullName, "page.html");
        File.WriteAllText(file, "an earlier page");
        Assert.Throws<InspectionException>(() => OutputFile.Write(file, FailHalfWay));

        Assert.Equal("an earlier page", File.ReadAllText(file));
        Assert.Single(_folder.GetFileSystemInfos());
    }

    [Fact]
    public void Write_ThatFailsByAFault_LeavesNothing()
    {
        string file = Path.Combine(_folder.FullName, "page.html");
        Assert.Throws<InvalidOperationException>(
            () => OutputFile.Write(file, static _ => throw new InvalidOperationException()));

        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Theory]
    [InlineData("")]
    [InlineData("longer than what comes")]
    public void Write_OverAFile_ReplacesItAll(string before)
    {
        string file = Path.Combine(_folder.FullName, "page.html");
        File.WriteAllText(file, before);
        OutputFile.Write(file, static stream => stream.Write("page"u8));

        Assert.Equal("page", File.ReadAllText(file));
        Assert.Single(_folder.GetFileSystemInfos());
    }

    [Fact]
    public void Write_ThroughALink_WritesItsTargetAndKeepsItsPermissions()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Links and permissions of Unix.");
            return;
        }

        string file = Path.Combine(_folder.FullName, "page.html");
        string link = Path.Combine(_folder.FullName, "link.html");
        File.WriteAllText(file, "an earlier page");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(link, file);
        OutputFile.Write(link, static stream => stream.Write("page"u8));

        Assert.Equal("page", File.ReadAllText(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.NotNull(new FileInfo(link).LinkTarget);
    }

    [Fact]
    public void Write_NameThatCannotBe_IsNotWritten()
    {
        foreach (string path in (string[])["/no such folder/file", _folder.FullName, "a\0b", ""])
        {
            Assert.Equal(
                ExitCode.NotWritten,
                Assert.Throws<InspectionException>(() => OutputFile.Write(path, static _ => { })).ExitCode);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void FailHalfWay(Stream stream)
    {
        stream.Write("half a page"u8);
        stream.Flush();
        throw new IOException("No space left on device");
    }
}
