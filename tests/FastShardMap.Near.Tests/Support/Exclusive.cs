namespace FastShardMap.Near.Tests.Support;

/// <summary>The collection of tests that run one after the other and with no other: they check the bound of staleness,
/// count suspensions, empty a shared engine, or end connections of it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Exclusive
{
    public const string Name = "Exclusive";
}
