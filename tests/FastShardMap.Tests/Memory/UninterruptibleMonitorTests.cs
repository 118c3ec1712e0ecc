using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

public sealed class UninterruptibleMonitorTests
{
    [Fact]
    public void Enter_InterruptedWhileBlocked_EntersAndDeliversTheInterruptionLater()
    {
        UninterruptibleMonitor monitor = new();
        bool entered = false;
        bool delivered = false;
        Thread thread = new(() =>
        {
            using (monitor.Enter())
            {
                entered = true;
            }

            delivered = IsInterrupted();
        });
        using (monitor.Enter())
        {
            thread.Start();
            thread.Interrupt();
            SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
            thread.Interrupt();
            Assert.False(entered);
        }

        thread.Join();
        Assert.True(entered);
        Assert.True(delivered);
    }

    [Fact]
    public void WaitUntil_InterruptedWhileWaiting_WaitsOnAndDeliversTheInterruptionLater()
    {
        UninterruptibleMonitor monitor = new();
        bool condition = false;
        bool seen = false;
        bool delivered = false;
        Thread thread = new(() =>
        {
            using (monitor.Enter())
            {
                monitor.WaitUntil(0, _ => Volatile.Read(ref condition));
                seen = condition;
            }

            delivered = IsInterrupted();
        });
        thread.Start();
        thread.Interrupt();
        SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
        thread.Interrupt();
        using (monitor.Enter())
        {
            Volatile.Write(ref condition, value: true);
            monitor.PulseAll();
        }

        thread.Join();
        Assert.True(seen);
        Assert.True(delivered);
    }

    private static bool IsInterrupted()
    {
        try
        {
            Thread.Sleep(TimeSpan.FromSeconds(10));
            return false;
        }
        catch (ThreadInterruptedException)
        {
            return true;
        }
    }
}
