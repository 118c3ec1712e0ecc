namespace FastShardMap.Resharding.Tests;

/// <summary>Ends a coordinator at a step, as if its process were killed.</summary>
internal sealed class KilledException : Exception;
