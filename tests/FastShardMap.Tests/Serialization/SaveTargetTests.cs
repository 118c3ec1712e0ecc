using FastShardMap.Memory;
using FastShardMap.Tests.Snapshots;

namespace FastShardMap.Tests.Serialization;

/// <summary>Whatever lies where a map is saved to: it is replaced as promised, or refused with the caller's path and
/// nothing is lost and nothing left behind.</summary>
public sealed class SaveTargetTests
{
    private const int OfNewFile = -1;

    /// <summary>What is prepared, the path to save to, and the name of the file that is then the saved one.</summary>
    private static readonly
        Dictionary<string, (Func<SaveFolder, string> Prepare, string Saved, int Permissions)> s_replaced = new()
    {
        ["new file"] = (folder => folder.PathOf("map"), "map", OfNewFile),
        ["name of 255 bytes"] = (folder => folder.PathOf(new string('n', 255)), new string('n', 255), OfNewFile),
        ["old name of 255 bytes"] = (
            folder => folder.AddFile(new string('ü', 127) + "x"), new string('ü', 127) + "x", 0b110_100_100),
        ["mode 0600"] = (folder => folder.AddFile("map", 0b110_000_000), "map", 0b110_000_000),
        ["mode 0640"] = (folder => folder.AddFile("map", 0b110_100_000), "map", 0b110_100_000),
        ["mode 0660"] = (folder => folder.AddFile("map", 0b110_110_000), "map", 0b110_110_000),
        ["mode 0666"] = (folder => folder.AddFile("map", 0b110_110_110), "map", 0b110_110_110),
        ["mode 0755"] = (folder => folder.AddFile("map", 0b111_101_101), "map", 0b111_101_101),
        ["live link"] = (folder =>
        {
            folder.AddFolder("far");
            folder.AddFile("far/map", 0b110_000_000);
            return folder.AddLink("link", folder.PathOf("far/map"));
        }, "far/map", 0b110_000_000),
        ["relative link"] = (folder =>
        {
            folder.AddFolder("far");
            folder.AddFile("far/map");
            return folder.AddLink("link", "far/map");
        }, "far/map", 0b110_100_100),
        ["chain of links"] = (folder =>
        {
            folder.AddFolder("far");
            folder.AddFile("map");
            folder.AddLink("far/third", "../map");
            folder.AddLink("second", "far/third");
            return folder.AddLink("first", folder.PathOf("second"));
        }, "map", 0b110_100_100),
        ["link past a linked folder"] = (folder =>
        {
            // As a text, "way/../map" is "map"; as a path it is "far/map".
            folder.AddFolder("far/in");
            folder.AddFile("far/map");
            folder.AddFile("map");
            folder.AddLink("way", "far/in");
            return folder.AddLink("link", "way/../map");
        }, "far/map", 0b110_100_100),
        ["through a linked folder"] = (folder =>
        {
            folder.AddFolder("far");
            folder.AddFile("far/map");
            folder.AddLink("way", "far");
            return folder.PathOf("way/map");
        }, "far/map", 0b110_100_100),
        ["dangling link"] = (folder =>
        {
            folder.AddFolder("far");
            return folder.AddLink("link", "far/map");
        }, "far/map", OfNewFile),
        ["hard link"] = (folder =>
        {
            folder.AddFile("other");
            Assert.Equal(0, SaveFolder.Run("ln", folder.PathOf("other"), folder.PathOf("map")));
            return folder.PathOf("map");
        }, "map", 0b110_100_100),
        ["other owner"] = (folder =>
        {
            Assert.SkipUnless(SaveFolder.IsRoot, "Only root can give files away.");
            folder.AddFile("map", 0b110_110_000);
            Assert.Equal(0, SaveFolder.Run("chown", "65534:12345", folder.PathOf("map")));
            return folder.PathOf("map");
        }, "map", 0b110_110_000),
    };

    private static readonly Dictionary<string, (Func<SaveFolder, string> Prepare, Type Exception)> s_refused = new()
    {
        ["mode 0444"] = (folder => folder.AddFile("map", 0b100_100_100), typeof(UnauthorizedAccessException)),
        ["link to mode 0400"] = (folder =>
        {
            folder.AddFile("map", 0b100_000_000);
            return folder.AddLink("link", "map");
        }, typeof(UnauthorizedAccessException)),
        ["directory"] = (folder => folder.AddFolder("map"), typeof(IOException)),
        ["name of a directory"] = (folder => folder.PathOf("map/"), typeof(IOException)),
        ["link to a directory"] = (folder => folder.AddLink("link", folder.AddFolder("far")), typeof(IOException)),
        ["FIFO"] = (folder => folder.AddFifo("map"), typeof(IOException)),
        ["link to a FIFO"] = (folder => folder.AddLink("link", folder.AddFifo("map")), typeof(IOException)),
        ["socket"] = (folder => folder.AddSocket("map"), typeof(IOException)),
        ["character device"] = (folder => folder.AddDevice("null"), typeof(IOException)),
        ["block device"] = (folder => folder.AddDevice("disk", 'b'), typeof(IOException)),
        ["link to itself"] = (folder => folder.AddLink("link", "link"), typeof(IOException)),
        ["links in a circle"] = (folder =>
        {
            folder.AddLink("other", "link");
            return folder.AddLink("link", "other");
        }, typeof(IOException)),
        ["link to nothing's inside"] =
            (folder => folder.AddLink("link", "none/map"), typeof(DirectoryNotFoundException)),
        ["link to a folder above"] = (folder => folder.AddLink("link", ".."), typeof(IOException)),
        ["no folder"] = (folder => folder.PathOf("none/map"), typeof(DirectoryNotFoundException)),
        ["a file as the folder"] = (
            folder => Path.Join(folder.AddFile("file"), "map"), typeof(DirectoryNotFoundException)),
        ["name of 256 bytes"] = (folder => folder.PathOf(new string('n', 256)), typeof(PathTooLongException)),
        ["name of 129 characters and 258 bytes"] = (
            folder => folder.PathOf(new string('ü', 129)), typeof(PathTooLongException)),
    };

    public static MatrixTheoryData<string, bool> Replaced => new(s_replaced.Keys, [false, true]);

    public static MatrixTheoryData<string, bool> Refused => new(s_refused.Keys, [false, true]);

    [Theory]
    [MemberData(nameof(Replaced))]
    public async Task SaveTo_FileOrLinkToOne_ReplacesItWithItsPermissions(string target, bool asynchronously)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes and links of Unix.");
        using SaveFolder folder = new();
        (Func<SaveFolder, string> prepare, string saved, int permissions) = s_replaced[target];
        string path = prepare(folder);
        Dictionary<string, string> before = folder.Describe();
        FileFacts? old = FileFacts.Of(folder.PathOf(saved), followLinks: false, saved);
        if (permissions == OfNewFile)
        {
            Assert.Null(old);
            permissions = PermissionsOfANewFile();
        }

        using ShardMap<long, long> map = SaveLoadTests.Sample(500);
        TemporaryFileWatch watch = new(Path.GetDirectoryName(folder.PathOf(saved))!);
        await SaveAsync(map, path, asynchronously, watch);

        FileFacts now = folder.FactsOf(saved);
        Assert.Equal((FileKind.Regular, permissions), (now.Kind, now.Permissions));
        Assert.Equal(
            (old?.Owner, old?.OwnerGroup), (old is null ? null : now.Owner, old is null ? null : now.OwnerGroup));
        Assert.NotEmpty(watch.Permissions);
        Assert.All(watch.Permissions, seen => Assert.Equal(0, seen & ~permissions));
        using (ShardMap<long, long> loaded = ShardMap<long, long>.LoadFrom(path))
        {
            TinyMaps.AssertSame(map.ToDictionary(), loaded);
        }

        // Nothing else has changed, and nothing is left behind.
        Dictionary<string, string> after = folder.Describe();
        before.Remove(saved);
        Assert.True(after.Remove(saved));
        Assert.Equal(before, after);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task SaveTo_AnythingElse_IsRefusedBeforeAnythingIsWritten(string target, bool asynchronously)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Kinds of files of Unix.");
        using SaveFolder folder = new();
        (Func<SaveFolder, string> prepare, Type exception) = s_refused[target];
        string path = prepare(folder);
        Dictionary<string, string> before = folder.Describe();
        using ShardMap<long, long> map = SaveLoadTests.Sample(500);
        TemporaryFileWatch watch = new(folder.Root);

        Exception thrown = await Assert.ThrowsAsync(exception, () => SaveAsync(map, path, asynchronously, watch));

        Assert.Contains($"'{path}'", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(0, watch.Reports);
        Assert.Equal(before, folder.Describe());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SaveTo_TargetBecomesAFifoMeanwhile_IsRefused(bool asynchronously)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Kinds of files of Unix.");
        using SaveFolder folder = new();
        string path = folder.AddFile("map");
        using ShardMap<long, long> map = SaveLoadTests.Sample(500);
        CallingProgress change = new(() =>
        {
            File.Delete(path);
            folder.AddFifo("map");
        });

        IOException thrown = await Assert.ThrowsAsync<IOException>(() => SaveAsync(map, path, asynchronously, change));

        Assert.Contains($"'{path}' is a FIFO", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(FileKind.Fifo, folder.FactsOf("map").Kind);
        Assert.Single(folder.Describe());
    }

    [Theory]
    [InlineData(0b110_000_000, 0b110_110_110)]
    [InlineData(0b110_110_110, 0b110_000_000)]
    public async Task SaveTo_PermissionsChangedMeanwhile_AreFollowed(int before, int after)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes of Unix.");
        using SaveFolder folder = new();
        string path = folder.AddFile("map", before);
        using ShardMap<long, long> map = SaveLoadTests.Sample(500);

        await SaveAsync(
            map, path, asynchronously: false, new CallingProgress(() => folder.SetPermissions("map", after)));

        Assert.Equal(after, folder.FactsOf("map").Permissions);
    }

    internal static async Task SaveAsync(
        ShardMap<long, long> map, string path, bool asynchronously, IProgress<long>? progress = null)
    {
        if (asynchronously)
        {
            await map.SaveToAsync(path, progress, TestContext.Current.CancellationToken);
        }
        else
        {
            map.SaveTo(path, progress);
        }
    }

    private static int PermissionsOfANewFile()
    {
        using SaveFolder folder = new();
        File.WriteAllText(folder.PathOf("new"), "");
        return folder.FactsOf("new").Permissions;
    }

    internal sealed class CallingProgress(Action call) : IProgress<long>
    {
        public void Report(long value) => call();
    }

    /// <summary>Looks at the temporary file whenever progress is reported, the last time when all is written.</summary>
    private sealed class TemporaryFileWatch(string folder) : IProgress<long>
    {
        public List<int> Permissions { get; } = [];

        public int Reports { get; private set; }

        public void Report(long value)
        {
            Reports++;
            EnumerationOptions all = new() { AttributesToSkip = FileAttributes.None };
            Permissions.AddRange(Directory.GetFiles(folder, "*.tmp", all)
                .Select(path => FileFacts.Of(path, followLinks: false, path)!.Value.Permissions));
        }
    }
}
