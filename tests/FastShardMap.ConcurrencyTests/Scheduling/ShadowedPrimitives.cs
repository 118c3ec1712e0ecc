// Outside that namespace the framework's types keep their names.
global using AutoResetEvent = System.Threading.AutoResetEvent;
global using Environment = System.Environment;
global using Interlocked = System.Threading.Interlocked;
global using SpinWait = System.Threading.SpinWait;
global using Thread = System.Threading.Thread;
global using Volatile = System.Threading.Volatile;

using FastShardMap.ConcurrencyTests.Scheduling;
using Real = System.Threading;

// Inside this namespace these names win over those of System.Threading: so the library's own sources, compiled in this
// project without a change, ask the schedule before every atomic operation, wait where the scheduler can see it, and,
// under simulated weak memory, read what a weakly ordered processor might read. Without a schedule all is as usual.
namespace FastShardMap.Sharding;

internal static class Volatile
{
    public static ulong Read(ref ulong location) =>
        Execution.Current is { } execution ? execution.Read(ref location) : Real.Volatile.Read(ref location);

    public static long Read(ref long location) =>
        Execution.Current is { } execution ? execution.Read(ref location) : Real.Volatile.Read(ref location);

    public static int Read(ref int location) =>
        Execution.Current is { } execution ? execution.Read(ref location) : Real.Volatile.Read(ref location);

    public static bool Read(ref bool location) => Real.Volatile.Read(ref location);

    public static T Read<T>(ref T location)
        where T : class? => Real.Volatile.Read(ref location);

    public static void Write(ref ulong location, ulong value)
    {
        if (Execution.Current is { } execution)
        {
            execution.Write(ref location, value);
        }
        else
        {
            Real.Volatile.Write(ref location, value);
        }
    }

    public static void Write(ref long location, long value)
    {
        Execution.Current?.BeforeWrite();
        Real.Volatile.Write(ref location, value);
    }

    public static void Write(ref int location, int value)
    {
        if (Execution.Current is { } execution)
        {
            execution.Write(ref location, value);
        }
        else
        {
            Real.Volatile.Write(ref location, value);
        }
    }

    public static void Write(ref uint location, uint value) => Real.Volatile.Write(ref location, value);

    public static void Write(ref bool location, bool value) => Real.Volatile.Write(ref location, value);

    public static void Write<T>(ref T location, T value)
        where T : class? => Real.Volatile.Write(ref location, value);

    public static void ReadBarrier()
    {
        if (Execution.Current is { } execution)
        {
            execution.ReadBarrier();
        }
        else
        {
            Real.Volatile.ReadBarrier();
        }
    }

    public static void WriteBarrier()
    {
        if (Execution.Current is { } execution)
        {
            execution.WriteBarrier();
        }
        else
        {
            Real.Volatile.WriteBarrier();
        }
    }
}

internal static class Interlocked
{
    public static int CompareExchange(ref int location, int value, int comparand) =>
        Execution.Current is { } execution
            ? execution.CompareExchange(ref location, value, comparand)
            : Real.Interlocked.CompareExchange(ref location, value, comparand);

    public static ulong CompareExchange(ref ulong location, ulong value, ulong comparand) =>
        Execution.Current is { } execution
            ? execution.CompareExchange(ref location, value, comparand)
            : Real.Interlocked.CompareExchange(ref location, value, comparand);

    public static int Exchange(ref int location, int value) =>
        Execution.Current is { } execution
            ? execution.Exchange(ref location, value)
            : Real.Interlocked.Exchange(ref location, value);

    public static ulong Exchange(ref ulong location, ulong value) =>
        Execution.Current is { } execution
            ? execution.Exchange(ref location, value)
            : Real.Interlocked.Exchange(ref location, value);

    public static int Increment(ref int location) => Real.Interlocked.Increment(ref location);

    public static int Decrement(ref int location) => Real.Interlocked.Decrement(ref location);

    public static long Increment(ref long location) => Real.Interlocked.Increment(ref location);

    public static long Read(ref long location) => Real.Interlocked.Read(ref location);

    public static long Add(ref long location, long value) => Real.Interlocked.Add(ref location, value);

    public static long Exchange(ref long location, long value) => Real.Interlocked.Exchange(ref location, value);

    public static long CompareExchange(ref long location, long value, long comparand) =>
        Real.Interlocked.CompareExchange(ref location, value, comparand);

    public static T Exchange<T>(ref T location, T value)
        where T : class? => Real.Interlocked.Exchange(ref location, value);

    public static T CompareExchange<T>(ref T location, T value, T comparand)
        where T : class? => Real.Interlocked.CompareExchange(ref location, value, comparand);

    public static void MemoryBarrier()
    {
        if (Execution.Current is { } execution)
        {
            execution.FullFence();
        }
        else
        {
            Real.Interlocked.MemoryBarrier();
        }
    }

    public static void MemoryBarrierProcessWide() => Real.Interlocked.MemoryBarrierProcessWide();
}

/// <summary>Waiting by spinning: the scheduler lets the thread go on when what it waits for has changed.</summary>
internal struct SpinWait
{
    private Real.SpinWait _real;

    public void SpinOnce(int sleep1Threshold = -1)
    {
        if (Execution.Current is { } execution)
        {
            execution.PauseForStep();
        }
        else
        {
            _real.SpinOnce(sleep1Threshold);
        }
    }
}

internal sealed class AutoResetEvent(bool initialState) : IDisposable
{
    private readonly Real.AutoResetEvent _real = new(initialState);

    /// <summary>The signal as scheduled threads see it.</summary>
    public bool IsSet { get; set; }

    public void Set()
    {
        if (Execution.Current is { } execution)
        {
            execution.Signal(this);
        }
        else
        {
            IsSet = true;
            _real.Set();
        }
    }

    public bool WaitOne(int timeoutMilliseconds) =>
        Execution.Current is { } execution
            ? execution.Wait(this, timeoutMilliseconds)
            : _real.WaitOne(timeoutMilliseconds);

    public bool WaitOne() => WaitOne(Timeout.Infinite);

    public void Dispose() => _real.Dispose();
}

/// <summary>Time stands still while threads run, and passes when all of them wait.</summary>
internal static class Environment
{
    public static int ProcessorCount => System.Environment.ProcessorCount;

    public static int CurrentManagedThreadId => System.Environment.CurrentManagedThreadId;

    public static long TickCount64 => Execution.Current?.Now ?? System.Environment.TickCount64;
}

internal sealed class Thread(Real.ThreadStart start)
{
    private readonly Real.Thread _real = new(start);

    public static Real.Thread CurrentThread => Real.Thread.CurrentThread;

    public bool IsBackground
    {
        get => _real.IsBackground;
        set => _real.IsBackground = value;
    }

    public string? Name
    {
        get => _real.Name;
        set => _real.Name = value;
    }

    public static void SpinWait(int iterations)
    {
        if (Execution.Current is { } execution)
        {
            execution.Pause();
        }
        else
        {
            Real.Thread.SpinWait(iterations);
        }
    }

    public static bool Yield()
    {
        if (Execution.Current is { } execution)
        {
            execution.Pause();
            return true;
        }

        return Real.Thread.Yield();
    }

    public static void Sleep(int milliseconds) => Real.Thread.Sleep(milliseconds);

    public void Start() => _real.Start();

    public void UnsafeStart() => _real.UnsafeStart();
}
