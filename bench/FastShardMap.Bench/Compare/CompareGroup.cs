using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Compare;

/// <summary>Rows of a comparison that are measured together. Nothing is made before <see cref="Run"/>.</summary>
internal abstract class CompareGroup(CompareOptions options, CompareResults results)
{
    /// <summary>What the command announces before the group runs.</summary>
    public abstract string Label { get; }

    /// <summary>The short names of the rows.</summary>
    public abstract IReadOnlyList<string> Rows { get; }

    protected CompareOptions Options { get; } = options;

    protected CompareResults Results { get; } = results;

    public abstract void Run();

    /// <summary>Adds a row of times, if it is wanted.</summary>
    protected void Report(
        string id, string work, Series ours, Series theirs, Series? floor, params IReadOnlyList<Measure> more)
    {
        if (Options.Wants(id))
        {
            Results.AddTimes(id, work, ours, theirs, floor, more);
        }
    }
}
