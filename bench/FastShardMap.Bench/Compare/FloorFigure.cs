using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Compare;

/// <summary>One row of what memory allows, in nanoseconds a load.</summary>
/// <param name="Pairs">Pairs a map of the same memory would hold.</param>
/// <param name="Form">Independent, dependent or prefetched loads.</param>
/// <param name="SmallPages">With 4 KiB pages.</param>
/// <param name="HugePages">With 2 MiB pages.</param>
/// <param name="HugeShare">The part of the memory that the system really backed with huge pages.</param>
internal sealed record FloorFigure(string Pairs, string Form, Spread SmallPages, Spread HugePages, double HugeShare);
