namespace FastShardMap.Inspector.Checking;

/// <summary>One thing that a check found.</summary>
internal sealed record Finding(FindingKind Kind, string Rule, int? Shard, string Text);
