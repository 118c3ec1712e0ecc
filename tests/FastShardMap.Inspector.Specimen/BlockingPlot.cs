namespace FastShardMap.Inspector.Specimen;

/// <summary>
/// The planted chain. Berta holds a shard, and Anna waits for it. Carla holds another shard and sleeps, and Berta waits
/// for that one.
/// </summary>
internal static class BlockingPlot
{
    private const int HoldMilliseconds = 600;

    public static void Run()
    {
        using ShardMap<int, int> first = new(new ShardMapOptions { Name = "first", ShardCount = 1 });
        using ShardMap<int, int> second = new(new ShardMapOptions { Name = "second", ShardCount = 1 });
        first[1] = 1;
        second[1] = 1;
        using ManualResetEventSlim carlaHolds = new();
        using ManualResetEventSlim bertaHolds = new();
        Thread carla = Named("Carla", () => second.TryUpdate(1, (ref int value, ManualResetEventSlim holds) =>
        {
            holds.Set();
            Thread.Sleep(HoldMilliseconds);
        }, carlaHolds));
        Thread berta = Named("Berta", () => first.TryUpdate(1, (ref int value, ManualResetEventSlim holds) =>
        {
            holds.Set();
            second[1] = 2;
        }, bertaHolds));
        Thread anna = Named("Anna", () => first[1] = 3);
        carla.Start();
        carlaHolds.Wait();
        berta.Start();
        bertaHolds.Wait();
        anna.Start();
        anna.Join();
        berta.Join();
        carla.Join();
    }

    private static Thread Named(string name, ThreadStart start) => new(start) { Name = name, IsBackground = true };
}
