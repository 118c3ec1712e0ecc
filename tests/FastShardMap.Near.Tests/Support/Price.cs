namespace FastShardMap.Near.Tests.Support;

/// <summary>A value of several fields.</summary>
public readonly record struct Price(long Amount, int Currency);
