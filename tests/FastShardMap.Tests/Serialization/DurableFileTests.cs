using System.Diagnostics;
using FastShardMap.Tests.Snapshots;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FastShardMap.Tests.Serialization;

public sealed class DurableFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shardmap").FullName;

    private string MapPath => Path.Combine(_folder, "map.bin");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task LoadFrom_SavedTo_IsEqual()
    {
        const int Entries = 700_000; // past the 8 MiB after which the disk is asked to begin
        using ShardMap<long, long> map = SaveLoadTests.Sample(Entries);
        map.SaveTo(MapPath);
        map[-1] = 1;
        using (ShardMap<long, long> loaded = ShardMap<long, long>.LoadFrom(MapPath))
        {
            Assert.Equal(Entries, loaded.Count);
        }

        await map.SaveToAsync(MapPath); // over the old one
        using (ShardMap<long, long> loaded = await ShardMap<long, long>.LoadFromAsync(MapPath))
        {
            TinyMaps.AssertSame(map.ToDictionary(), loaded);
        }

        Assert.Single(Directory.GetFiles(_folder));
        await File.AppendAllTextAsync(MapPath, "x");
        Assert.Throws<InvalidDataException>(() => ShardMap<long, long>.LoadFrom(MapPath));
        Assert.Throws<FileNotFoundException>(() => ShardMap<long, long>.LoadFrom(MapPath + "2"));
    }

    [Fact]
    public async Task SaveTo_Fails_LeavesTheOldFileAndNoOther()
    {
        using ShardMap<long, long> map = SaveLoadTests.Sample(100);
        map.SaveTo(MapPath);
        byte[] before = await File.ReadAllBytesAsync(MapPath);
        map[1] = -1;
        Assert.Throws<NotSupportedException>(() => map.SaveTo(MapPath, new Thrower()));
        await Assert.ThrowsAsync<NotSupportedException>(() => map.SaveToAsync(MapPath, new Thrower()));
        using CancellationTokenSource source = new();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => map.SaveToAsync(MapPath, cancellationToken: source.Token));
        Assert.Throws<DirectoryNotFoundException>(() => map.SaveTo(Path.Combine(_folder, "no", "map.bin")));

        Assert.Equal(before, await File.ReadAllBytesAsync(MapPath));
        Assert.Single(Directory.GetFiles(_folder));
    }

    /// <summary>
    /// A process that saves over and over is killed at random moments: the file is always whole, and of one save.
    /// </summary>
    [Fact]
    [Trait("Category", "Heavy")]
    public void SaveTo_ProcessKilled_LeavesAWholeFile()
    {
        const int Kills = 12;
        string program = CompileSaver();
        Random random = new(20261121);
        long last = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            using Process process = Process.Start(
                new ProcessStartInfo(Environment.ProcessPath!, [.. Host(), program, MapPath])
                {
                    RedirectStandardOutput = true,
                    UseShellExecute = false,
                })!;
            // one is complete: from now on there must be a file
            Assert.Equal("saved", process.StandardOutput.ReadLine());
            Thread.Sleep(random.Next(60));
            process.Kill();
            process.WaitForExit();

            using ShardMap<long, long> loaded = ShardMap<long, long>.LoadFrom(MapPath);
            Assert.Equal(50_000, loaded.Count);
            long round = loaded[0];
            Assert.All(loaded, item => Assert.Equal(round, item.Value));
            Assert.InRange(round, last + 1, long.MaxValue);
            last = round;
        }

        // Every save has removed what the kill before it left; this one removes what the last left.
        using ShardMap<long, long> map = SaveLoadTests.Sample(1);
        map.SaveTo(MapPath);
        Assert.Empty(
            Directory.GetFiles(_folder, "*.tmp", new EnumerationOptions { AttributesToSkip = FileAttributes.None }));
    }

    // A test host that is an executable of its own cannot run another assembly; "dotnet" can.
    private static string[] Host() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? ["exec"] : [];

    private string CompileSaver()
    {
        Assert.SkipUnless(
            Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet", "Needs to run under dotnet.");
        const string Source = """
            using System;
            using System.IO;
            using FastShardMap;

            public static class Saver
            {
                public static void Main(string[] arguments)
                {
                    using ShardMap<long, long> map = new();
                    long round = 0;
                    if (File.Exists(arguments[0]))
                    {
                        using ShardMap<long, long> before = ShardMap<long, long>.LoadFrom(arguments[0]);
                        round = before[0];
                    }

                    while (true)
                    {
                        round++;
                        for (long key = 0; key < 50_000; key++)
                        {
                            map[key] = round;
                        }

                        map.SaveTo(arguments[0]);
                        Console.WriteLine("saved");
                    }
                }
            }
            """;
        string assembly = Path.Combine(_folder, "Saver.dll");
        IEnumerable<PortableExecutableReference> references =
            ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
                .Where(
                    path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal)
                        || Path.GetFileName(path) == "FastShardMap.dll")
                .Select(path => MetadataReference.CreateFromFile(path));
        Microsoft.CodeAnalysis.Emit.EmitResult result = CSharpCompilation.Create(
            "Saver",
            [CSharpSyntaxTree.ParseText(Source)],
            references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication)).Emit(assembly);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        string library = typeof(ShardMap<,>).Assembly.Location;
        File.Copy(library, Path.Combine(_folder, "FastShardMap.dll"));
        File.Copy(
            Path.ChangeExtension(typeof(DurableFileTests).Assembly.Location, ".runtimeconfig.json"),
            Path.Combine(_folder, "Saver.runtimeconfig.json"));
        return assembly;
    }

    private sealed class Thrower : IProgress<long>
    {
        public void Report(long value) => throw new NotSupportedException();
    }
}
