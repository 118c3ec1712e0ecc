using FastShardMap.Sharding;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Hazards;

/// <summary>H3: without a load barrier before the closing read of the version, loads of the slots sink below it. x64
/// never does that, so these tests look at the code; memory-ordering.md has the edges.</summary>
public sealed class H03SeqLockTailTests
{
    [Fact]
    public void Validate_OfAGroup_HasABarrierAndThenAnAcquire() =>
        Assert.Equal(
            ["Volatile.ReadBarrier", "Volatile.Read"],
            CalledMethods.Of(typeof(GroupVersion), nameof(GroupVersion.Validate)).Where(IsOrdering));

    [Fact]
    public void Validate_OfAView_HasABarrierAndThenAnAcquire()
    {
        Assert.Equal(
            ["Volatile.ReadBarrier", "ViewGeneration.ValidateAfterVersion"],
            CalledMethods.Of(typeof(ViewGeneration), nameof(ViewGeneration.Validate)).Where(IsOrdering));
        Assert.Equal(
            ["Volatile.Read"],
            CalledMethods.Of(typeof(ViewGeneration), nameof(ViewGeneration.ValidateAfterVersion)).Where(IsOrdering));
    }

    [Fact]
    public void OpeningReads_OfVersionControlAndGeneration_AreAcquires()
    {
        Assert.Equal(
            ["Volatile.Read"],
            CalledMethods.Of(typeof(GroupVersion), nameof(GroupVersion.BeginRead)).Where(IsOrdering));
        Assert.Equal(
            ["Volatile.Read"],
            CalledMethods.Of(typeof(GroupVersion), nameof(GroupVersion.ReadControl)).Where(IsOrdering));
        Assert.Equal(
            ["Volatile.Read"],
            CalledMethods.Of(typeof(ViewGeneration), nameof(ViewGeneration.BeginRead)).Where(IsOrdering));
    }

    private static bool IsOrdering(string call) =>
        call.StartsWith("Volatile.", StringComparison.Ordinal)
            || call.StartsWith("ViewGeneration.", StringComparison.Ordinal);
}
