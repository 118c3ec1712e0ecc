namespace FastShardMap.Inspector.Specimen;

/// <summary>
/// The planted chain. Berta holds a shard, and Anna waits for it. Carla holds another shard until both have waited, and
/// Berta waits for that one.
/// </summary>
internal static class BlockingPlot
{
    private const int HoldMilliseconds = 600;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    public static void Run()
    {
        using ShardMap<int, int> first = new(new ShardMapOptions { Name = "first", ShardCount = 1 });
        using ShardMap<int, int> second = new(new ShardMapOptions { Name = "second", ShardCount = 1 });
        first[1] = 1;
        second[1] = 1;
        using ManualResetEventSlim carlaHolds = new();
        using ManualResetEventSlim bertaHolds = new();
        using ManualResetEventSlim bothHaveWaited = new();
        Thread carla = Named("Carla", () => second.TryUpdate(1, (ref int value, ManualResetEventSlim holds) =>
        {
            holds.Set();
            bothHaveWaited.Wait();
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

        // Not for a fixed time: on a busy machine the threads may begin late.
        SpinWait.SpinUntil(() => Waits(anna) && Waits(berta), s_patience);
        Thread.Sleep(HoldMilliseconds);
        bothHaveWaited.Set();
        anna.Join();
        berta.Join();
        carla.Join();
    }

    private static bool Waits(Thread thread) => (thread.ThreadState & ThreadState.WaitSleepJoin) != 0;

    private static Thread Named(string name, ThreadStart start) => new(start) { Name = name, IsBackground = true };
}
