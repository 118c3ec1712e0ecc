using System.Runtime.CompilerServices;

namespace FastShardMap.Memory;

/// <summary>
/// Background threads of the library's own for one kind of work. They start with the work, and end when there was none for
/// a while: idle objects cost no thread and no wake-up. Queued work is reachable from here, so nothing it uses is finalized
/// before. Pool threads would not do: callers that block all of them may be waiting for this very work.
/// </summary>
internal sealed class WorkThreads
{
    /// <summary>Without any progress for this long, threads count as stuck: ten turns of the scheduler and more.</summary>
    public static readonly TimeSpan StuckTime = TimeSpan.FromMilliseconds(100);

    // The watch and nothing else runs on it.
    private const int WatchStackBytes = 128 * 1024;

    private readonly UninterruptibleMonitor _gate = new();
    private readonly Queue<IBackgroundWork> _queue = new();
    private readonly string _name;
    private readonly int _limit;
    private readonly int _stackBytes;
    private readonly bool _growsWhenStuck;
    private int _threads;
    private int _idle;
    private bool _isWatched;
    private long _turns;
    private long _wakeups;
    private long _failures;

    /// <param name="name">What debuggers show.</param>
    /// <param name="limit">The most threads, as long as they get on.</param>
    /// <param name="stackBytes">The stack of each; 0 for the system's default.</param>
    /// <param name="growsWhenStuck">Whether the limit may be exceeded, by one thread each <see cref="StuckTime"/>, while work
    /// is queued and no thread has finished any: for work that may wait for other work of the same kind.</param>
    public WorkThreads(string name, int limit, int stackBytes = 0, bool growsWhenStuck = false)
    {
        _name = name;
        _limit = limit;
        _stackBytes = stackBytes;
        _growsWhenStuck = growsWhenStuck;
        LibraryUnloading.Register(EndIdle);
    }

    /// <summary>How long a thread waits for more before it ends.</summary>
    public TimeSpan IdleLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Pieces of work that ended with an exception. Always zero in a correct program.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>How often a thread has begun to look for work, waiting or not.</summary>
    public long Wakeups => Interlocked.Read(ref _wakeups);

    /// <summary>How many threads exist at the moment.</summary>
    public int Count => Volatile.Read(ref _threads);

    /// <summary>Queues the work.</summary>
    /// <returns>False: no thread could be had, nothing is queued, and the caller should do the work itself.</returns>
    public bool TryPost(IBackgroundWork work)
    {
        try
        {
            using (_gate.Enter())
            {
                // Each piece in the queue has woken a thread of its own, or found none idle.
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
            // UnsafeStart: the work must not run with, and hold on to, the execution context of the first caller.
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
        // Work of a user's may set what flows (async locals); it is not to flow into the next piece.
        ExecutionContext? clean = ExecutionContext.Capture();
        while (TryRunNext())
        {
            if (clean is not null)
            {
                ExecutionContext.Restore(clean);
            }
        }
    }

    // A method of its own, so that no local keeps the last work alive while the thread idles.
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
                pulsed = _gate.WaitForPulse(IdleLimit);
                _idle--;
                Interlocked.Increment(ref _wakeups);
            }

            if (!_queue.TryDequeue(out work))
            {
                Volatile.Write(ref _threads, _threads - 1);
                return false;
            }
        }

        try
        {
            work.Run();
        }
        catch (Exception)
        {
            // One object's trouble must neither end the process nor starve the others.
            Interlocked.Increment(ref _failures);
        }

        Interlocked.Increment(ref _turns);
        return true;
    }

    // Exists only while work is queued and every thread is busy.
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
