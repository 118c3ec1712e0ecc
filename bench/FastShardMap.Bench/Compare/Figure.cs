using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Compare;

/// <summary>One row of the comparison.</summary>
/// <param name="Id">Short name, for filters, targets and machines.</param>
/// <param name="Work">What was done.</param>
/// <param name="Ours">The shard map's figure.</param>
/// <param name="Theirs">ConcurrentDictionary's.</param>
/// <param name="Floor">The floor's, where there is one.</param>
/// <param name="Format">How to print these three.</param>
/// <param name="Targets">What is asked; none for rows that only inform.</param>
internal sealed record Figure(
    string Id,
    string Work,
    Spread Ours,
    Spread Theirs,
    Spread Floor,
    Func<double, string> Format,
    IReadOnlyList<Judgement> Targets);
