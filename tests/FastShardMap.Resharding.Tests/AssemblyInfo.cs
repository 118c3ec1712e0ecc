// The tests share a few servers, which the machine has no processors for twice.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(FastShardMap.Resharding.Tests.Servers))]
