using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Tests.Reporting;

public class ReportingTests
{
    [Fact]
    public void Read_ThisMachine_KnowsEveryFact() =>
        Assert.All(MachineInfo.Read().Facts(), fact => Assert.False(string.IsNullOrWhiteSpace(fact.Value), fact.Name));

    [Theory]
    [InlineData("Intel(R) Xeon(R) Processor @ 2.10GHz", "intel-xeon-2.10ghz-avx2")]
    [InlineData("AMD EPYC 9575F 64-Core Processor", "amd-epyc-9575f-64-core-avx2")]
    [InlineData("Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz", "intel-core-i7-9750h-2.60ghz-avx2")]
    public void Slug_CpuNames_AreFolderNames(string cpu, string expected) =>
        Assert.Equal(expected, (MachineInfo.Read() with { Cpu = cpu, Isa = "avx2" }).Slug());

    [Fact]
    public void ToString_Table_IsMarkdown()
    {
        MarkdownTable table = new("what", "time");
        table.Add("a|b", "1 ns");
        Assert.Equal("| what | time |\n| --- | ---: |\n| a\\|b | 1 ns |\n", table.ToString());
    }
}
