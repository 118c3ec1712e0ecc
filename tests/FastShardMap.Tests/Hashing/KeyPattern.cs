namespace FastShardMap.Tests.Hashing;

/// <summary>A regular series of different keys of one or two words.</summary>
internal sealed record KeyPattern(string Name, Func<ulong, (ulong A, ulong B)> KeyAt);
