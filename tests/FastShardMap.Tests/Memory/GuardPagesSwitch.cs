using System.Runtime.CompilerServices;
using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

/// <summary>FASTSHARDMAP_GUARD_PAGES=1 runs the whole suite with a guard page behind every block.</summary>
internal static class GuardPagesSwitch
{
    [ModuleInitializer]
    internal static void Initialize() =>
        PageMemory.GuardPages = string.Equals(
            Environment.GetEnvironmentVariable("FASTSHARDMAP_GUARD_PAGES"), "1", StringComparison.Ordinal);
}
