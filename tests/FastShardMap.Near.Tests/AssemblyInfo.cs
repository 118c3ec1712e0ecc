using FastShardMap.Near.Tests.Support;

// Tests stop servers and measure delays: each of them needs the machine for itself.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(Engines))]
