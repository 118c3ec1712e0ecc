using FastShardMap.Near.Tests.Support;

// Most tests wait for engines. Those that measure delays or disturb what others share are in the collection Exclusive.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: AssemblyFixture(typeof(Engines))]
