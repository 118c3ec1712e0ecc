using FastShardMap.Tests.Memory;

namespace FastShardMap.Tests.Stress;

/// <summary>The scenario of the stress runner that looks at the memory of the whole process, while no other test maps
/// memory.</summary>
[Collection(SerialTests.Name)]
public sealed class StressMemoryTests
{
    internal const string Name = "drop";

    [Fact]
    public void Run_ForAMoment_LeavesNoMemory() => StressSmokeTests.AssertSound(Name);
}
