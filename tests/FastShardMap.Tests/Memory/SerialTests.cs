namespace FastShardMap.Tests.Memory;

/// <summary>Tests that look at the whole process run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SerialTests
{
    public const string Name = "Serial";
}
