using System.Diagnostics;
using System.Text.RegularExpressions;
using FastShardMap.Tests.Conventions;

namespace FastShardMap.Extensions.Tests.Samples;

/// <summary>The F# script, run as its comment says, and what the Dockerfile refers to.</summary>
public partial class ScriptAndImageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Category", "Heavy")]
    public async Task Script_InFSharpInteractive_PrintsWhatItFound()
    {
        ProcessStartInfo start = new(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [
                "fsi", "--nologo", $"--reference:{Path.Combine(AppContext.BaseDirectory, "FastShardMap.dll")}",
                Repository.PathOf("src/samples/quickstart.fsx"),
            ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(Cancellation);
        string output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);

        Assert.Equal("", await errors);
        Assert.Equal(
            ["entries: 1000", "sensor 7: 7, -7", "visits of 3: 1000", "snapshot: 10, map: 0", "sum: 10000"],
            output.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Dockerfile_OfTheService_PublishesItsProjectAndStartsItsProgram()
    {
        string text = Repository.ReadText("src/samples/SessionService/Dockerfile");

        Match publish = Publish().Match(text);
        Assert.True(publish.Success);
        Assert.True(Repository.HasFile($"{publish.Groups[1].Value}/SessionService.csproj"));
        Assert.Contains("ENTRYPOINT [\"./SessionService\"]", text, StringComparison.Ordinal);
        Assert.Contains("Maps__Sessions__Path=/data/", text, StringComparison.Ordinal);
        string[] ignored = Repository.ReadLines("src/samples/SessionService/Dockerfile.dockerignore");
        Assert.Contains("**/bin", ignored, StringComparer.Ordinal);
        Assert.Contains("**/obj", ignored, StringComparer.Ordinal);
    }

    /// <summary>A property of the command line reaches every project that the service is built with, the analyzers
    /// included, whose framework has no ahead-of-time compilation.</summary>
    [Theory]
    [Trait("Category", "Heavy")]
    [InlineData("src/FastShardMap.Analyzers/FastShardMap.Analyzers.csproj", "false")]
    [InlineData("src/FastShardMap.Analyzers.CodeFixes/FastShardMap.Analyzers.CodeFixes.csproj", "false")]
    [InlineData("src/samples/SessionService/SessionService.csproj", "true")]
    public async Task PublishAot_OfTheCommandLine_ReachesOnlyWhatCanBeCompiled(string project, string expected)
    {
        ProcessStartInfo start = new(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["msbuild", Repository.PathOf(project), "-p:PublishAot=true", "-getProperty:PublishAot"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);

        Assert.Equal(expected, output.Trim());
    }

    [GeneratedRegex(@"dotnet publish (\S+) -c Release -p:PublishAot=true ")]
    private static partial Regex Publish();
}
