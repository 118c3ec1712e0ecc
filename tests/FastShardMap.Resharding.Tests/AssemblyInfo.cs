[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: AssemblyFixture(typeof(FastShardMap.Resharding.Tests.Servers))]
