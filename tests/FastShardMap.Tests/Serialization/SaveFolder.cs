using System.Diagnostics;
using System.Net.Sockets;
using FastShardMap.Memory;

namespace FastShardMap.Tests.Serialization;

/// <summary>A folder with all that can lie where a map is saved to, and a description of it to compare.</summary>
internal sealed class SaveFolder : IDisposable
{
    private readonly List<Socket> _sockets = [];

    public string Root { get; } = Directory.CreateTempSubdirectory("shardmap").FullName;

    public static bool IsRoot => Environment.IsPrivilegedProcess;

    public string PathOf(string name) => Path.Join(Root, name);

    public string AddFile(string name, int permissions = 0b110_100_100)
    {
        File.WriteAllText(PathOf(name), $"old contents of {name}");
        SetPermissions(name, permissions);
        return PathOf(name);
    }

    public string AddFolder(string name) => Directory.CreateDirectory(PathOf(name)).FullName;

    public string AddLink(string name, string target) => File.CreateSymbolicLink(PathOf(name), target).FullName;

    public string AddSocket(string name)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(PathOf(name)));
        _sockets.Add(socket);
        return PathOf(name);
    }

    public string AddFifo(string name)
    {
        Assert.Equal(0, Run("mkfifo", PathOf(name)));
        return PathOf(name);
    }

    /// <summary>A device like /dev/null, or a disk that does not exist, for tests that destroy it when they
    /// fail.</summary>
    public string AddDevice(string name, char kind = 'c')
    {
        string[] numbers = kind == 'c' ? ["1", "3"] : ["240", "0"];
        Assert.SkipUnless(
            IsRoot && Run("mknod", [PathOf(name), $"{kind}", .. numbers]) == 0, "Only root can make a device.");
        return PathOf(name);
    }

    public void SetPermissions(string name, int permissions)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(PathOf(name), (UnixFileMode)permissions);
        }
    }

    public FileFacts FactsOf(string name) => FileFacts.Of(PathOf(name), followLinks: false, name)!.Value;

    /// <summary>Every entry, its kind, permissions, owner and contents.</summary>
    public Dictionary<string, string> Describe()
    {
        Dictionary<string, string> all = new(StringComparer.Ordinal);
        Describe(Root, all);
        return all;
    }

    public static int Run(string program, params IEnumerable<string> arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    public void Dispose()
    {
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }

        Directory.Delete(Root, recursive: true);
    }

    // Links to directories are not followed.
    private void Describe(string folder, Dictionary<string, string> all)
    {
        foreach (string path in Directory.GetFileSystemEntries(
            folder, "*", new EnumerationOptions { AttributesToSkip = FileAttributes.None }))
        {
            FileFacts facts = FileFacts.Of(path, followLinks: false, path)!.Value;
            string contents = facts.Kind switch
            {
                FileKind.Regular => Convert.ToHexString(File.ReadAllBytes(path)),
                FileKind.Link => new FileInfo(path).LinkTarget!,
                _ => "",
            };
            all.Add(Path.GetRelativePath(Root, path), $"{facts} {contents}");
            if (facts.Kind == FileKind.Directory)
            {
                Describe(path, all);
            }
        }
    }
}
