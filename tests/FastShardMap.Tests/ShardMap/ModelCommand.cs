using FsCheck;
using FsCheck.Fluent;

namespace FastShardMap.Tests;

/// <summary>What a step of a model test does.</summary>
internal enum ModelStep
{
    Set,
    TryAdd,
    TryRemove,
    TryRemovePair,
    TryUpdate,
    TryExchange,
    GetOrAdd,
    AddOrUpdate,
    UpdateOrRemove,
    Increment,
    AddMany,
    RemoveMany,
    TryAddRange,
    SetRange,
    TryRemoveRange,
    AddDeltaRange,
    TryGetValues,
    StepEnumerator,
    RestartEnumerator,
    ToArray,
    Clear,
    TrimExcess,
    EnsureCapacity,
}

/// <summary>One step; keys are numbers of a range that each test maps to keys of its own.</summary>
internal readonly record struct ModelCommand(ModelStep Step, int Key, int Value)
{
    public const int Keys = 256;
    private const int LongestRun = 300;

    public static Arbitrary<ModelCommand[]> Sequences { get; } = Arb.From(
        Gen.Choose(0, LongestRun).SelectMany(length => Gen.ArrayOf(Generator, length)), Shrink);

    // Rare steps are the ones that undo what the others have built up.
    private static Gen<ModelCommand> Generator =>
        from step in Gen.Frequency(
            (30, Gen.Choose((int)ModelStep.Set, (int)ModelStep.Increment)),
            (6, Gen.Constant((int)ModelStep.AddMany)),
            (3, Gen.Constant((int)ModelStep.RemoveMany)),
            (6, Gen.Choose((int)ModelStep.TryAddRange, (int)ModelStep.AddDeltaRange)),
            (2, Gen.Constant((int)ModelStep.TryGetValues)),
            (8, Gen.Constant((int)ModelStep.StepEnumerator)),
            (2, Gen.Choose((int)ModelStep.RestartEnumerator, (int)ModelStep.EnsureCapacity)))
        from key in Gen.Choose(0, Keys - 1)
        from value in Gen.Choose(0, 1000)
        select new ModelCommand((ModelStep)step, key, value);

    // Large parts first, then single steps.
    private static IEnumerable<ModelCommand[]> Shrink(ModelCommand[] commands)
    {
        for (int part = commands.Length / 2; part >= 1; part /= 2)
        {
            for (int start = 0; start + part <= commands.Length; start += part)
            {
                yield return [.. commands[..start], .. commands[(start + part)..]];
            }
        }
    }
}
