using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Compare;

/// <summary>One map, or the floor, in one kind of work.</summary>
/// <param name="Id">The group's short name.</param>
/// <param name="Work">What was done.</param>
/// <param name="Map">The map's label.</param>
/// <param name="Time">Of one operation.</param>
/// <param name="OfDictionary">The same as a multiple of ConcurrentDictionary's, pair by pair.</param>
internal sealed record PeerFigure(string Id, string Work, string Map, Spread Time, Spread OfDictionary);
