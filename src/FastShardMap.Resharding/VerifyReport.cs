namespace FastShardMap.Resharding;

/// <summary>What a comparison of the servers found.</summary>
/// <param name="Keys">Keys on the servers that own them.</param>
/// <param name="Misplaced">Keys on servers that neither own them nor take part in a move of them.</param>
/// <param name="Differences">Keys of moving slots that differ between the two servers, and are not in the log.</param>
public sealed record VerifyReport(long Keys, long Misplaced, long Differences);
