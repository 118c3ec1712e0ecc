using FastShardMap.Serialization;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Serialization;

/// <summary>What killed processes leave behind is removed by the next save, and nothing else is.</summary>
public sealed class TemporaryFileTests
{
    private static readonly DateTime s_long = DateTime.UtcNow.AddDays(-1);

    [Fact]
    public void SaveTo_LeftoversOfTheSameFile_AreRemoved()
    {
        using SaveFolder folder = new();
        string path = folder.PathOf("map");
        for (int index = 0; index < 3; index++)
        {
            AddLeftover(path, $"0000000{index}", s_long);
        }

        string ofAnother = AddLeftover(folder.PathOf("map2"), "00000000", s_long);
        string younger = AddLeftover(path, "00000009", DateTime.UtcNow.AddDays(1));
        using ShardMap<long, long> map = SaveLoadTests.Sample(10);
        map.SaveTo(path);

        Assert.Equal(
            new[] { path, ofAnother, younger }.Order(StringComparer.Ordinal),
            folder.Describe().Keys.Select(folder.PathOf).Order(StringComparer.Ordinal));
    }

    /// <summary>An older save that goes on is not disturbed by younger ones, whichever way they go.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SaveTo_WhileAnotherSaveGoesOn_LeavesItsFile(bool asynchronously)
    {
        using SaveFolder folder = new();
        string path = folder.AddFile("map");
        using ShardMap<long, long> map = SaveLoadTests.Sample(10);
        int inside = 0;
        await SaveTargetTests.SaveAsync(map, path, asynchronously, new SaveTargetTests.CallingProgress(() =>
        {
            foreach (string temporary in TemporaryFiles(folder))
            {
                File.SetLastWriteTimeUtc(temporary, s_long);
                inside++;
            }

            using ShardMap<long, long> other = SaveLoadTests.Sample(20);
            other.SaveTo(path);
            Assert.Single(TemporaryFiles(folder));
        }));

        Assert.Equal(1, inside);
        Assert.Empty(TemporaryFiles(folder));
        using ShardMap<long, long> loaded = ShardMap<long, long>.LoadFrom(path);
        Assert.Equal(10, loaded.Count);
    }

    /// <summary>Not only locks of the framework, which a setting can turn off.</summary>
    [Fact]
    public void SaveTo_LocksOfTheFrameworkTurnedOff_LeavesFilesInUse()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There the system itself locks.");
        ChildProcess.RunTest(
            "export DOTNET_SYSTEM_IO_DISABLEFILELOCKING=1",
            typeof(TemporaryFileTests),
            nameof(WithoutLocksOfTheFramework));
    }

    [Fact(Explicit = true)]
    public Task WithoutLocksOfTheFramework() => SaveTo_WhileAnotherSaveGoesOn_LeavesItsFile(asynchronously: false);

    [Fact]
    public void SaveTo_ManyAtOnceToOneFile_AllSucceedAndReadersNeverFail()
    {
        using SaveFolder folder = new();
        string path = folder.PathOf("map");
        using ShardMap<long, long> map = SaveLoadTests.Sample(2000);
        map.SaveTo(path);
        int readers = 0;
        Parallel.For(0, 6, new ParallelOptions { MaxDegreeOfParallelism = 6 }, worker =>
        {
            for (int round = 0; round < 15; round++)
            {
                if (worker < 4)
                {
                    map.SaveTo(path);
                    continue;
                }

                using ShardMap<long, long> loaded = ShardMap<long, long>.LoadFrom(path);
                Assert.Equal(2000, loaded.Count);
                Interlocked.Increment(ref readers);
            }
        });

        Assert.Equal(30, readers);
        Assert.Single(folder.Describe());
    }

    /// <summary>
    /// Between its creation and its lock a file looks like a leftover; a save that loses it takes another.
    /// </summary>
    [Fact]
    public void SaveTo_FileRemovedBeforeItIsLocked_TakesAnother()
    {
        using SaveFolder folder = new();
        string path = folder.PathOf("map");
        string family = TemporaryFile.FamilyOf(path);
        EnumerationOptions all = new() { AttributesToSkip = FileAttributes.None };
        using ShardMap<long, long> map = SaveLoadTests.Sample(10);
        using CancellationTokenSource saved = new();
        int removed = 0;
        Thread[] removers = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (!saved.IsCancellationRequested)
            {
                foreach (string temporary in Directory.GetFiles(folder.Root, $"{family}*", all))
                {
                    // As the library does, but without regard to age.
                    try
                    {
                        using (File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                        {
                            File.Delete(temporary);
                            Interlocked.Increment(ref removed);
                        }
                    }
                    catch (IOException)
                    {
                    }
                }
            }
        }))];
        Array.ForEach(removers, remover => remover.Start());
        try
        {
            for (int round = 0; round < 100_000 && (round < 200 || Volatile.Read(ref removed) < 5); round++)
            {
                map.SaveTo(path);
            }
        }
        finally
        {
            saved.Cancel();
            Array.ForEach(removers, remover => remover.Join());
        }

        using ShardMap<long, long> loaded = ShardMap<long, long>.LoadFrom(path);
        Assert.Equal(10, loaded.Count);
        Assert.InRange(removed, 5, int.MaxValue);
    }

    /// <summary>Things of that name that no save has made stay, and nobody waits for them.</summary>
    [Fact]
    public void SaveTo_FifoAndLinkNamedLikeALeftover_Stay()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Kinds of files of Unix.");
        using SaveFolder folder = new();
        string path = folder.PathOf("map");
        string family = TemporaryFile.FamilyOf(path);
        folder.AddFile("victim");
        File.SetLastWriteTimeUtc(folder.AddFifo($"{family}00000001.tmp"), s_long);
        folder.AddLink($"{family}00000002.tmp", "victim");
        File.SetLastWriteTimeUtc(folder.PathOf("victim"), s_long);
        using ShardMap<long, long> map = SaveLoadTests.Sample(10);
        map.SaveTo(path);

        Assert.Equal(4, folder.Describe().Count);
    }

    private static string AddLeftover(string target, string random, DateTime written)
    {
        string path = Path.Join(Path.GetDirectoryName(target), $"{TemporaryFile.FamilyOf(target)}{random}.tmp");
        File.WriteAllText(path, "half a map");
        File.SetLastWriteTimeUtc(path, written);
        return path;
    }

    private static string[] TemporaryFiles(SaveFolder folder) =>
        [.. folder.Describe().Keys.Where(name => name.StartsWith(".fastshardmap", StringComparison.Ordinal)).Select(
            folder.PathOf)];
}
