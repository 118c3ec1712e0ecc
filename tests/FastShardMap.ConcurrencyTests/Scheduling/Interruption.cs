using FastShardMap.Sharding;

namespace FastShardMap.ConcurrencyTests.Scheduling;

/// <summary>Runs an action between the steps of a thread, but not between the steps of that action.</summary>
internal sealed unsafe class Interruption : ISchedule
{
    private readonly Action<string, nint> _between;
    private bool _isRunning;

    private Interruption(Action<string, nint> between) => _between = between;

    /// <summary>Runs an operation on this thread.</summary>
    /// <param name="between">Called before each step of it, with the step's name and the address that it reads, or
    /// 0.</param>
    /// <param name="operation">The operation.</param>
    public static void Run(Action<string, nint> between, Action operation)
    {
        SchedulePoint.Schedule = new Interruption(between);
        try
        {
            operation();
        }
        finally
        {
            SchedulePoint.Schedule = null;
        }
    }

    void ISchedule.Before(string step) => BeforeRead(null, 0, step);

    void ISchedule.BeforeRead(void* address, int bytes, string step) => BeforeRead(address, bytes, step);

    private void BeforeRead(void* address, int bytes, string step)
    {
        if (_isRunning)
        {
            return;
        }

        _isRunning = true;
        try
        {
            _between(step, (nint)address);
        }
        finally
        {
            _isRunning = false;
        }
    }
}
