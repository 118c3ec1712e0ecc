using System.Runtime.CompilerServices;

namespace FastShardMap.Memory;

/// <summary>
/// Background threads of the library for one kind of work. They start when there is work, and end after a period
/// without any, so that idle objects cost no thread and no wake-up. Queued work is reachable from here, so nothing that
/// it uses is finalized before it has run. Thread pool threads are unsuitable, because callers that block all of them
/// may be waiting for this very work.
/// </summary>
internal sealed class WorkThreads
{
    /// <summary>The time without progress after which threads count as stuck: at least ten turns of the
    /// scheduler.</summary>
    public static readonly TimeSpan StuckTime = TimeSpan.FromMilliseconds(100);

    // Only the watch runs on this stack.
    private const int WatchStackBytes = 128 * 1024;

    private readonly UninterruptibleMonitor _gate = new();
    private readonly Queue<IBackgroundWork> _queue = new();
    private readonly string _name;
    private readonly int _limit;
    private readonly int _stackBytes;
    private readonly bool _growsWhenStuck;
    private readonly Func<bool, IBackgroundWork?>? _due;
    private int _threads;
    private int _idle;
    private bool _isWatched;
    private long _turns;
    private long _wakeups;
    private long _failures;

    /// <param name="name">The name that debuggers show.</param>
    /// <param name="limit">The maximum number of threads, as long as they make progress.</param>
    /// <param name="stackBytes">The stack size per thread; 0 for the system's default.</param>
    /// <param name="growsWhenStuck">Whether the limit may be exceeded, by one thread per <see cref="StuckTime"/>, while
    /// work is queued and no thread has finished any. For work that may wait for other work of the same kind.</param>
    /// <param name="due">Returns work that is due beside the queue, or null. Called after every piece of work, and with
    /// true before an idle thread ends, which it does not do if there is such work. Must not wait.</param>
    public WorkThreads(
        string name,
        int limit,
        int stackBytes = 0,
        bool growsWhenStuck = false,
        Func<bool, IBackgroundWork?>? due = null)
    {
        _due = due;
        _name = name;
        _limit = limit;
        _stackBytes = stackBytes;
        _growsWhenStuck = growsWhenStuck;
        LibraryUnloading.Register(EndIdle);
    }

    /// <summary>How long a thread waits for more work before it ends.</summary>
    public TimeSpan IdleLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Number of pieces of work that ended with an exception. Always zero in a correct program.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>How often a thread has begun to look for work, whether it then waited or not.</summary>
    public long Wakeups => Interlocked.Read(ref _wakeups);

    /// <summary>The number of threads that currently exist.</summary>
    public int Count => Volatile.Read(ref _threads);

    /// <summary>Queues the work.</summary>
    /// <returns><see langword="false"/> if there is no thread and none could be started; nothing is queued, and the
    /// caller should do the work itself.</returns>
    public bool TryPost(IBackgroundWork work)
    {
        try
        {
            using (_gate.Enter())
            {
                // Each queued piece has woken one thread, or found none idle.
                bool wakes = _idle > _queue.Count;
                if (!wakes && _threads < _limit)
                {
                    TryStart();
                }

                if (_threads == 0)
                {
                    return false;
                }

                _queue.Enqueue(work);
                if (wakes)
                {
                    _gate.Pulse();
                }
                else if (_growsWhenStuck && _threads >= _limit && !_isWatched)
                {
                    _isWatched = TryStart(Watch, WatchStackBytes);
                }

                return true;
            }
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
    }

    private bool TryStart()
    {
        bool started = TryStart(Loop, _stackBytes);
        Volatile.Write(ref _threads, _threads + (started ? 1 : 0));
        return started;
    }

    private bool TryStart(ThreadStart start, int stackBytes)
    {
        try
        {
            // UnsafeStart: the work must not run with the execution context of the first caller, or keep it alive.
            new Thread(start, stackBytes) { IsBackground = true, Name = _name }.UnsafeStart();
            return true;
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            return false;
        }
    }

    private void Loop()
    {
        // User code may set values that flow with the execution context (async locals); they must not flow into the
        // next piece.
        ExecutionContext? clean = ExecutionContext.Capture();
        while (TryRunNext())
        {
            if (clean is not null)
            {
                ExecutionContext.Restore(clean);
            }
        }
    }

    // A separate method, so that no local keeps the last work alive while the thread is idle.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryRunNext()
    {
        IBackgroundWork? work;
        using (_gate.Enter())
        {
            Interlocked.Increment(ref _wakeups);
            bool pulsed = true;
            while (_queue.Count == 0 && pulsed)
            {
                _idle++;
                pulsed = _gate.WaitForPulse(IdleLimit, out _);
                _idle--;
                Interlocked.Increment(ref _wakeups);
            }

            if (!_queue.TryDequeue(out work) && (work = DueWhenIdle()) is null)
            {
                Volatile.Write(ref _threads, _threads - 1);
                return false;
            }
        }

        try
        {
            work.Run();
            _due?.Invoke(false)?.Run();
        }
        catch (Exception)
        {
            // A failure in the work of one object must neither end the process nor starve the others.
            Interlocked.Increment(ref _failures);
        }

        Interlocked.Increment(ref _turns);
        return true;
    }

    private IBackgroundWork? DueWhenIdle()
    {
        try
        {
            return _due?.Invoke(true);
        }
        catch (Exception)
        {
            Interlocked.Increment(ref _failures); // as a failure in the work itself
            return null;
        }
    }

    // Runs only while work is queued and all threads are busy.
    private void Watch()
    {
        long turns = Interlocked.Read(ref _turns);
        while (true)
        {
            Thread.Sleep(StuckTime);
            using (_gate.Enter())
            {
                if (_queue.Count == 0)
                {
                    _isWatched = false;
                    return;
                }

                long before = turns;
                turns = Interlocked.Read(ref _turns);
                if (turns == before)
                {
                    TryStart();
                }
            }
        }
    }

    private void EndIdle()
    {
        using (_gate.Enter())
        {
            IdleLimit = TimeSpan.Zero;
            _gate.PulseAll();
        }
    }
}
