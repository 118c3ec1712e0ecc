using System.Diagnostics;
using System.Text.RegularExpressions;

namespace FastShardMap.Tests.Diagnostics;

/// <summary>
/// The machine code of undisturbed reads and writes knows nothing of observers: the same size with a listener for
/// everything attached before the code was compiled as without, and no mention of a hook. The JIT itself says so, in a
/// process of its own.
/// </summary>
public sealed partial class ReadPathCodeTests
{
    private static readonly string[] s_hooks =
    [
        "ShardEvents", "MemoryEvents", "FastShardMapEventSource", "MapMeter", "MapRegistry",
    ];

    [Fact]
    [Trait("Category", "Heavy")]
    public void ReadPath_WithAndWithoutListeners_IsTheSameCode()
    {
        (Dictionary<string, int> quiet, string listing) = Compile("quiet");
        (Dictionary<string, int> observed, string observedListing) = Compile("observed");

        Assert.Contains(quiet.Keys, method => method.Contains("Paths:Read(", StringComparison.Ordinal));
        Assert.Contains(quiet.Keys, method => method.Contains(":WriteLocked", StringComparison.Ordinal));
        Assert.Equal(quiet, observed);
        Assert.All(s_hooks, hook => Assert.DoesNotContain(hook, listing, StringComparison.Ordinal));
        Assert.All(s_hooks, hook => Assert.DoesNotContain(hook, observedListing, StringComparison.Ordinal));
    }

    /// <summary>
    /// The cheap half, for every architecture: the sources of the fast paths do not ask for a listener.
    /// </summary>
    [Theory]
    [InlineData("Sharding/Shards/Shard.Read.cs", "bool TryReadHome", "ProbeResult ProbeGroup(")]
    [InlineData("Sharding/Shards/Shard.InPlace.cs", "TryWriteInPlace<TOperation>", "GroupVersion.Unlock(")]
    [InlineData("Sharding/Shards/Shard.Write.cs", "Write<TOperation", "bool TryWriteFast")]
    [InlineData("Sharding/ShardSet.Keys.cs", "Write<TOperation>", "locked.Write(hash, key, ref operation);")]
    [InlineData("Sharding/Shards/Shard.WriteHome.cs", "bool TryWriteHome", "TKey KeepOrExit(")]
    [InlineData("Sharding/Shards/LockedShard.Write.cs", "Write<TOperation>", "Table<TKey, TValue>.Insert<")]
    [InlineData("Sharding/Locking/ShardLock.cs", "static void Enter(", "EnterUninterrupted")]
    [InlineData("Sharding/Locking/ShardLock.cs", "static bool Exit(", "IsOwnedBy")]
    public void FastPath_Source_HasNoHook(string file, string from, string to)
    {
        string text = Conventions.Repository.ReadText("src/FastShardMap/" + file);
        int start = text.IndexOf(from, StringComparison.Ordinal);
        int end = text.IndexOf(to, start + from.Length, StringComparison.Ordinal);

        Assert.True(start >= 0 && end > start, $"{file} has no {from} before {to} any more.");
        Assert.All(s_hooks, hook => Assert.DoesNotContain(hook, text[start..end], StringComparison.Ordinal));
    }

    private static (Dictionary<string, int> BytesByMethod, string Listing) Compile(string role)
    {
        string folder = Directory.CreateTempSubdirectory("fsmap-jit-").FullName;
        try
        {
            string listing = Path.Combine(folder, "jit.txt");
            ProcessStartInfo start = new(
                Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                [Path.Combine(AppContext.BaseDirectory, "FastShardMap.CodeProbe.dll"), role])
            {
                UseShellExecute = false,
            };
            start.Environment["DOTNET_JitStdOutFile"] = listing;
            start.Environment["DOTNET_JitDisasm"] =
                "FastShardMap.CodeProbe.Paths:* TryGetValue TryReadHome Write WriteLocked "
                    + "FastShardMap.Sharding.ShardLock:Enter FastShardMap.Sharding.ShardLock:Exit";
            start.Environment["DOTNET_TieredCompilation"] = "0";
            using Process process = Process.Start(start)!;
            Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)));
            Assert.Equal(0, process.ExitCode);

            string text = File.ReadAllText(listing);
            Dictionary<string, int> bytes = new(StringComparer.Ordinal);
            foreach (Match method in Method().Matches(text))
            {
                if (method.Groups["name"].Value.Contains("FastShardMap", StringComparison.Ordinal))
                {
                    bytes[method.Groups["name"].Value] = int.Parse(
                        method.Groups["bytes"].Value, System.Globalization.CultureInfo.InvariantCulture);
                }
            }

            return (bytes, text);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(
        @"^; Assembly listing for method (?<name>.+?) \(.*?\n; Total bytes of code (?<bytes>\d+)",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Method();
}
