using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Suites;

namespace FastShardMap.Bench.Tests.Suites;

public sealed class SuitesCommandTests
{
    [Theory]
    [InlineData("--native-aot --short", 0)]
    [InlineData("--in-process", 0)]
    [InlineData("--native-aot --in-process", 1)]
    public void Parse_NativeAot_ExcludesOneProcess(string arguments, int errors) =>
        Assert.Equal(errors, SuitesCommand.Create().Parse(arguments).Errors.Count);

    [Theory]
    [InlineData(false, new[] { "default" })]
    [InlineData(true, new[] { "default", "NativeAOT" })]
    public void Create_NativeAot_HasAJobOfItsOwn(bool nativeAot, string[] jobs)
    {
        IConfig config = SuiteConfig.Create(new SuiteOptions
        {
            Suites = ["find"],
            Maps = [Peer.ShardMap],
            Shapes = [EntryShape.Key8Value8],
            Sizes = [1_000],
            Methods = [],
            IsaLevels = ["default"],
            NativeAot = nativeAot,
        });

        Assert.Equal(jobs, config.GetJobs().Select(static job => job.Id));
        Assert.Equal(
            nativeAot,
            config.GetJobs().Any(static job => job.Infrastructure.Toolchain?.Name == "NativeAOT"));
    }
}
