using System.Runtime.CompilerServices;
using FastShardMap.Sharding;
using Real = System.Threading;

namespace FastShardMap.ConcurrencyTests.Scheduling;

/// <summary>
/// Runs the threads of a scenario one at a time, again and again. Before every step that others can see, the running
/// thread asks the strategy who goes on, and hands control over if it is not itself. A thread that waits (for a lock
/// word to change, for an event) is not runnable; a thread that spins without waiting for anything in particular lets
/// the others take a step first. Deadlocks and endless loops end the execution with a failure.
/// </summary>
/// <remarks>One instance runs in the thread that calls <see cref="Run"/>, which is thread 0, and in its own
/// others.</remarks>
internal sealed unsafe class Execution : ISchedule, IDisposable
{
    private const int MaxSteps = 20_000;

    /// <summary>
    /// How long to wait for a word that another execution may hold (a parking bucket), before it is a deadlock.
    /// </summary>
    private const int ForeignWaitMilliseconds = 2_000;

    [ThreadStatic]
    private static Execution? t_current;

    private readonly ScheduledThread[] _threads;
    private readonly Action<int> _body;
    private readonly int[] _runnable;
    private readonly List<(int Thread, string Step)> _trace = [];
    private readonly WeakMemory? _memory;
    private Strategy _strategy = new ReplayStrategy(string.Empty);
    private int _current;
    private int _steps;
    private int _progress;
    private bool _announced;
    private bool _stopping;
    private volatile bool _disposed;

    public Execution(int threads, Action<int> body, WeakMemory? memory = null, int processor = -1)
    {
        _body = body;
        _memory = memory;
        _runnable = new int[threads];
        _threads = new ScheduledThread[threads];
        for (int i = 0; i < threads; i++)
        {
            _threads[i] = new ScheduledThread();
        }

        for (int i = 1; i < threads; i++)
        {
            int index = i;
            new Real.Thread(() => Loop(index, processor)) { IsBackground = true, Name = $"scheduled {i}" }.Start();
        }
    }

    /// <summary>The execution that the calling thread is being scheduled by, if it is.</summary>
    public static Execution? Current => t_current;

    /// <summary>Virtual milliseconds.</summary>
    public long Now { get; private set; }

    /// <summary>Grows with every step: for the order of invocations and responses.</summary>
    public int Clock { get; set; }

    /// <summary>
    /// How many waits of each thread may run out of time although others could go on; empty for none.
    /// </summary>
    public int[] Timeouts { get; init; } = [];

    public int Steps => _steps;

    /// <summary>What went wrong, or null.</summary>
    public string? Failure { get; private set; }

    public string Trace => string.Join("\n", _trace.Select(static entry => $"  {entry.Thread}: {entry.Step}"));

    /// <summary>Runs all threads to their ends.</summary>
    public void Run(Strategy strategy)
    {
        _strategy = strategy;
        _trace.Clear();
        _steps = 0;
        _progress = 0;
        _announced = false;
        _stopping = false;
        Now = 0;
        Clock = 0;
        Failure = null;
        _memory?.Begin();
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i].State = ThreadCondition.Ready;
            _threads[i].ForgetRefusal();
            _threads[i].LooksAgain = false;
            _threads[i].TimeoutsLeft = i < Timeouts.Length ? Timeouts[i] : 0;
        }

        _current = -1;
        int first = Pick();
        _current = first;
        if (first != 0)
        {
            _threads[first].Gate.Open();
            _threads[0].Gate.Pass();
        }

        RunBody(0);
        if (AnyUnfinished())
        {
            PassOn();
            _threads[0].Gate.Pass();
        }
    }

    public void Fail(string failure) => Failure ??= failure;

    /// <summary>Runs something with no other thread in between, whatever it does.</summary>
    public static void RunAtOnce(Action action)
    {
        Execution? execution = t_current;
        execution?.Before("all at once");
        (t_current, SchedulePoint.Schedule) = (null, null);
        try
        {
            action();
        }
        finally
        {
            (t_current, SchedulePoint.Schedule) = (execution, execution);
        }
    }

    public void Before(string step)
    {
        Step(step);
        _announced = true;
    }

    public void BeforeRead(void* address, int bytes, string step)
    {
        Step(step);
        _memory?.BeforePlainRead(_current, (ulong*)address, bytes, _strategy);
    }

    public ulong Read(ref ulong location)
    {
        Announce("read");
        _threads[_current].ForgetRefusal();
        return _memory?.Read(_current, (ulong*)Unsafe.AsPointer(ref location), _strategy)
            ?? Real.Volatile.Read(ref location);
    }

    public long Read(ref long location)
    {
        Announce("read");
        return Real.Volatile.Read(ref location);
    }

    public int Read(ref int location)
    {
        Announce("read word");
        int value = Real.Volatile.Read(ref location);
        int* address = (int*)Unsafe.AsPointer(ref location);
        _memory?.ReadWord(_current, address);
        if (value != 0)
        {
            _threads[_current].Refused(address, value);
        }

        return value;
    }

    public void Write(ref ulong location, ulong value)
    {
        Announce("write");
        if (_memory is null)
        {
            Real.Volatile.Write(ref location, value);
        }
        else
        {
            _memory.Write(_current, (ulong*)Unsafe.AsPointer(ref location), value);
        }
    }

    public void Write(ref int location, int value)
    {
        Announce("write word");
        Real.Volatile.Write(ref location, value);
        _memory?.WriteWord(_current, (int*)Unsafe.AsPointer(ref location));
    }

    public void BeforeWrite() => Announce("write");

    public int CompareExchange(ref int location, int value, int comparand)
    {
        Announce("compare-exchange");
        int* address = (int*)Unsafe.AsPointer(ref location);
        int seen = Real.Interlocked.CompareExchange(ref location, value, comparand);
        _memory?.Interlocked(_current, address);
        if (seen == comparand)
        {
            _threads[_current].ForgetRefusal();
        }
        else
        {
            _threads[_current].Refused(address, seen);
        }

        return seen;
    }

    public ulong CompareExchange(ref ulong location, ulong value, ulong comparand)
    {
        Announce("compare-exchange");
        return _memory?.CompareExchange(_current, (ulong*)Unsafe.AsPointer(ref location), value, comparand)
            ?? Real.Interlocked.CompareExchange(ref location, value, comparand);
    }

    /// <summary>Of a word outside the map.</summary>
    public ulong Exchange(ref ulong location, ulong value)
    {
        Announce("exchange");
        ulong seen = Real.Interlocked.Exchange(ref location, value);
        _memory?.FullFence(_current);
        return seen;
    }

    public int Exchange(ref int location, int value)
    {
        Announce("exchange");
        int seen = Real.Interlocked.Exchange(ref location, value);
        _memory?.Interlocked(_current, (int*)Unsafe.AsPointer(ref location));
        return seen;
    }

    public void ReadBarrier() => _memory?.AcquireFence(_current);

    public void WriteBarrier() => _memory?.ReleaseFence(_current);

    public void FullFence() => _memory?.FullFence(_current);

    /// <summary>The thread spins, and will look again when another thread has taken a step.</summary>
    public void PauseForStep()
    {
        _threads[_current].ForgetRefusal();
        Pause();
    }

    /// <summary>
    /// The thread spins: until the word that it was refused changes, or until another thread has taken a step.
    /// </summary>
    public void Pause()
    {
        ScheduledThread thread = _threads[_current];
        if (_stopping)
        {
            throw new StoppedException();
        }

        _memory?.Synchronize(_current);
        thread.State = thread.RefusedWord != null ? ThreadCondition.AwaitsWord : ThreadCondition.AwaitsStep;
        thread.PausedAt = _progress;
        Switch("pause");
        thread.State = ThreadCondition.Ready;
        thread.LooksAgain = true;
        thread.ForgetRefusal();
    }

    public void Signal(Sharding.AutoResetEvent signal)
    {
        Announce("signal");
        signal.IsSet = true;
    }

    public bool Wait(Sharding.AutoResetEvent signal, int timeoutMilliseconds)
    {
        ScheduledThread thread = _threads[_current];
        if (_stopping)
        {
            throw new StoppedException();
        }

        _memory?.Synchronize(_current);
        thread.State = ThreadCondition.AwaitsEvent;
        thread.Event = signal;
        thread.Timeout = timeoutMilliseconds;
        Switch("sleep");
        thread.State = ThreadCondition.Ready;
        thread.Event = null;
        if (signal.IsSet)
        {
            signal.IsSet = false;
            return true;
        }

        Now += timeoutMilliseconds;
        thread.TimeoutsLeft--;
        return false;
    }

    public void Dispose()
    {
        _disposed = true;
        for (int i = 1; i < _threads.Length; i++)
        {
            _threads[i].Gate.Open();
        }
    }

    private void Loop(int index, int processor)
    {
        if (processor >= 0)
        {
            Gate.PinToProcessor(processor);
        }

        while (true)
        {
            _threads[index].Gate.Pass();
            if (_disposed)
            {
                return;
            }

            RunBody(index);
            PassOn();
        }
    }

    private void RunBody(int index)
    {
        t_current = this;
        SchedulePoint.Schedule = this;
        // a signal left over from the last execution would make this one another
        Sharding.ThreadState.Current.Wakeup.IsSet = false;
        try
        {
            if (!_stopping)
            {
                _body(index);
            }
        }
        catch (StoppedException)
        {
            // The execution has failed already.
        }
        catch (Exception exception)
        {
            Fail($"Thread {index} ended with {exception}");
        }

        t_current = null;
        SchedulePoint.Schedule = null;
        _memory?.Synchronize(index);
        _threads[index].State = ThreadCondition.Finished;
    }

    /// <summary>The current thread has finished: another goes on, thread 0 when all have.</summary>
    private void PassOn()
    {
        int next = 0;
        if (AnyUnfinished())
        {
            next = _stopping ? Unfinished() : Pick();
            _current = next;
        }

        _threads[next].Gate.Open();
    }

    private bool AnyUnfinished() => Unfinished() >= 0;

    private int Unfinished() => Array.FindIndex(_threads, static thread => thread.State != ThreadCondition.Finished);

    private void Announce(string step)
    {
        if (!_announced)
        {
            Step(step);
        }
        else
        {
            _memory?.Synchronize(_current);
        }

        _announced = false;
    }

    private void Step(string step)
    {
        _memory?.Synchronize(_current);
        _announced = false;
        if (_stopping)
        {
            return;
        }

        Switch(step);
        _steps++;
        Clock++;
        ScheduledThread thread = _threads[_current];
        _progress += thread.LooksAgain ? 0 : 1; // two that spin must not keep each other going while a third has to
        thread.LooksAgain = false;
        if (_steps > MaxSteps)
        {
            Stop("The threads go on without end.");
        }
    }

    private void Switch(string step)
    {
        int self = _current;
        int next = Pick();
        if (next != self)
        {
            _current = next;
            _threads[next].Gate.Open();
            _threads[self].Gate.Pass();
        }

        if (_stopping)
        {
            throw new StoppedException();
        }

        _trace.Add((self, step));
    }

    /// <summary>Which thread goes on.</summary>
    private int Pick()
    {
        int count = Runnable();
        if (count == 0)
        {
            count = WaitForForeign();
        }

        bool preempts = _current >= 0 && _runnable[0] == _current && _threads[_current].State == ThreadCondition.Ready;
        return _runnable[_strategy.Thread(_runnable.AsSpan(0, count), preempts)];
    }

    private int Runnable()
    {
        int count = 0;
        if (_current >= 0 && _threads[_current].CanGoOn(_progress))
        {
            _runnable[count++] = _current;
        }

        for (int i = 0; i < _threads.Length; i++)
        {
            if (i != _current && _threads[i].CanGoOn(_progress))
            {
                _runnable[count++] = i;
            }
        }

        return count;
    }

    /// <summary>
    /// Nobody can go on but those who only wait for a step, or for a word that is not ours. Not those whose time will
    /// be up: a wake-up that is late by a time slice is a lost one.
    /// </summary>
    private int WaitForForeign()
    {
        int spinning = Array.FindIndex(_threads, static thread => thread.State == ThreadCondition.AwaitsStep);
        if (spinning >= 0)
        {
            _runnable[0] = spinning;
            return 1;
        }

        long deadline = System.Environment.TickCount64 + ForeignWaitMilliseconds;
        while (Array.Exists(_threads, static thread => thread.State == ThreadCondition.AwaitsWord)
            && System.Environment.TickCount64 < deadline)
        {
            int count = Runnable();
            if (count > 0)
            {
                return count;
            }

            Real.Thread.Yield();
        }

        Fail("All threads wait: for each other, or for a wake-up that nobody will give.");
        _stopping = true;
        _runnable[0] = Unfinished();
        return 1;
    }

    private void Stop(string failure)
    {
        Fail(failure);
        _stopping = true;
        throw new StoppedException();
    }
}
