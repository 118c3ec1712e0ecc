namespace FastShardMap.ConcurrencyTests.Counts;

/// <summary>
/// The order of the steps of a write in place, and that operations which copy or drop tables wait for such writes: a
/// copy of a value is one step of a schedule, so that no schedule shows it torn.
/// </summary>
public sealed class InPlaceStepTests
{
    private static readonly string[] Finding =
        ["reader: generation", "group owner: current", "reader: version", "reader: control", "group owner: key"];

    private static readonly string[] Changing =
    [
        "group owner: lock", "group owner: shard lock", "group owner: version again", "reader: generation again",
        "group owner: value",
        "group owner: unlock", "group owner: end",
    ];

    /// <summary>A map, a key, and what is done to it.</summary>
    private delegate void Operation(ShardMap<ulong, ulong> map);

    [Fact]
    public void Overwrite_OfAShapeThatCannotBeMisread_AnnouncesAndLocks() =>
        Assert.Equal(["group owner: announce", .. Finding, .. Changing], StepsOfAnOverwrite<ulong>());

    [Fact]
    public void Overwrite_OfAnyOtherShape_AnnouncesWithAFenceAndLocks() =>
        Assert.Equal(["group owner: announce, fenced", .. Finding, .. Changing], StepsOfAnOverwrite<Guid>());

    /// <summary>An enumeration waits until each group that it visits is unlocked.</summary>
    [Fact]
    public void Enumeration_WaitsUntilEachGroupIsUnlocked()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 1;
        StepRecorder recorder = new();
        recorder.Record(() => Assert.Single(map));
        Assert.Equal(1, recorder.CountOf("writer: group owner"));
        Assert.Equal(0, recorder.CountOf("writer: changes"));
    }

    [Theory]
    [InlineData("ToArray")]
    [InlineData("CopyTo")]
    [InlineData("Clear")]
    [InlineData("Snapshot")]
    [InlineData("Clone")]
    [InlineData("Exclusive")]
    [InlineData("Dispose")]
    public void Operation_ThatCopiesOrDropsTables_WaitsForWritesInPlaceUnderTheLock(string name)
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = 1;
        Operation operation = name switch
        {
            "ToArray" => static map => map.ToArray(),
            "CopyTo" => static map => map.CopyTo(new KeyValuePair<ulong, ulong>[2]),
            "Clear" => static map => map.Clear(),
            "Snapshot" => static map => map.Snapshot().Dispose(),
            "Clone" => static map => map.Clone().Dispose(),
            "Exclusive" => static map => map.EnterExclusive().Dispose(),
            _ => static map => map.Dispose(),
        };
        StepRecorder recorder = new();
        recorder.Record(() => operation(map));
        List<string> steps = [.. recorder.Steps];
        int waits = steps.IndexOf("writer: changes");
        int locked = steps.LastIndexOf("lock", waits < 0 ? 0 : waits);
        Assert.InRange(locked, 0, waits);
        Assert.DoesNotContain("unlock", steps.Skip(locked).Take(waits - locked));
    }

    private static IReadOnlyList<string> StepsOfAnOverwrite<TValue>()
        where TValue : unmanaged
    {
        using ShardMap<ulong, TValue> map = new(new ShardMapOptions { ShardCount = 1 });
        map[1] = default;
        StepRecorder recorder = new();
        recorder.Record(() => map[1] = default);
        return recorder.Steps;
    }
}
