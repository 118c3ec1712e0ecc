namespace FastShardMap.Bench.Maps;

/// <summary>A map that can tell how far its pairs lie from where their hashes put them.</summary>
public interface IProbedMap
{
    /// <summary>At index n the number of pairs a lookup of which loads n + 1 groups.</summary>
    long[] ProbeLengths();
}
