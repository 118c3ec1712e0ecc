using System.Runtime.CompilerServices;
using FastShardMap.Memory;
using FastShardMap.Sharding;
using FastShardMap.Synchronization;
using FastShardMap.Tests.Memory;

namespace FastShardMap.Tests.Synchronization;

/// <summary>The threads of the library's own neither see nor keep what flows with the program's calls.</summary>
[Collection(SerialTests.Name)]
public sealed class ContextFlowTests
{
    private static readonly AsyncLocal<object?> s_local = new();

    [Fact]
    public void Callback_OnAnOwner_SeesNoContext()
    {
        EndThreads();
        s_local.Value = "the constructor's";
        using ChannelShardMap<int, int> map = new(shardCount: 1);
        s_local.Value = "the sender's";
        object? seen = "nothing yet";
        map.AddOrUpdate(
            1,
            _ =>
            {
                seen = s_local.Value;
                s_local.Value = "a callback's";
                return 1;
            },
            (_, old) => old);
        Assert.Null(seen);
        seen = "nothing yet";
        map.AddOrUpdate(
            1,
            _ => 0,
            (_, old) =>
            {
                seen = s_local.Value;
                return old;
            });
        Assert.Null(seen);
        s_local.Value = null;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Threads_OfEveryKind_KeepNoContext(int kind)
    {
        EndThreads();
        List<IDisposable> inUse = [];
        WeakReference value = UseWithAValue(kind, inUse);
        for (int i = 0; i < 20 && value.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(value.IsAlive, "A thread of the library's holds the execution context of its first caller.");
        inUse.ForEach(map => map.Dispose());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference UseWithAValue(int kind, List<IDisposable> inUse)
    {
        object value = new();
        Thread thread = new(() =>
        {
            s_local.Value = value;
            switch (kind)
            {
                case 0:
                    ChannelShardMap<int, int> channel = new(shardCount: 2);
                    inUse.Add(channel);
                    channel[1] = 1;
                    break;
                case 1:
                    inUse.Add(MigratedInTheBackground());
                    break;
                default:
                    ShardMap<long, long> large = new(1_000_000);
                    large[1] = 1;
                    large.Clear();
                    inUse.Add(large);
                    break;
            }
        });
        thread.Start();
        thread.Join();
        return new WeakReference(value);
    }

    private static ShardMap<int, int> MigratedInTheBackground()
    {
        ShardMap<int, int> map = new(
            new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1, BackgroundMigration = true });
        for (int key = 0; map.GetStatistics().MigrationsActive == 0; key++)
        {
            map[key] = key;
        }

        Assert.True(SpinWait.SpinUntil(() => map.GetStatistics().MigrationsActive == 0, TimeSpan.FromMinutes(1)));
        return map;
    }

    // So that the test starts them.
    private static void EndThreads()
    {
        foreach (WorkThreads threads in new[] { OwnerThreads.Threads, BackgroundMigration.Threads })
        {
            TimeSpan limit = threads.IdleLimit;
            threads.IdleLimit = TimeSpan.FromMilliseconds(10);
            Assert.True(threads.TryPost(new Nothing()));
            Assert.True(SpinWait.SpinUntil(() => threads.Count == 0, TimeSpan.FromMinutes(1)));
            threads.IdleLimit = limit;
        }

        TimeSpan maintenance = MaintenanceThread.IdleLimit;
        MaintenanceThread.IdleLimit = TimeSpan.FromMilliseconds(10);
        Assert.True(MaintenanceThread.TryPost(new Nothing()));
        Assert.True(SpinWait.SpinUntil(static () => !MaintenanceThread.IsRunning, TimeSpan.FromMinutes(1)));
        MaintenanceThread.IdleLimit = maintenance;
    }

    private sealed class Nothing : IBackgroundWork
    {
        public void Run()
        {
        }
    }
}
