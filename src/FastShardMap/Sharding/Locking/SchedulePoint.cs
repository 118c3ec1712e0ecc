using System.Diagnostics;

namespace FastShardMap.Sharding;

/// <summary>Decides, in tests, when a thread may take its next step.</summary>
internal unsafe interface ISchedule
{
    /// <summary>The calling thread is about to take a step that other threads can see, or that depends on theirs.</summary>
    void Before(string step);

    /// <summary>The calling thread is about to read memory that others may be writing, without ordering.</summary>
    void BeforeRead(void* address, int bytes, string step);
}

/// <summary>
/// The places where another thread's steps can matter and no atomic operation tells so: plain accesses to shared
/// words. In a build with the constant FASTSHARDMAP_SCHEDULED (tests/FastShardMap.ConcurrencyTests, which also replaces
/// <c>Volatile</c> and <c>Interlocked</c> for this namespace) a test's schedule takes control there; in the package
/// the calls do not exist.
/// </summary>
internal static unsafe class SchedulePoint
{
#if FASTSHARDMAP_SCHEDULED
    public const bool IsScheduled = true;
#else
    public const bool IsScheduled = false;
#endif

    [ThreadStatic]
    private static ISchedule? t_schedule;

    /// <summary>The schedule of the calling thread, if a test has given it one.</summary>
    public static ISchedule? Schedule
    {
        get => t_schedule;
        set => t_schedule = value;
    }

    /// <summary>Called by the thread that is about to take the step.</summary>
    [Conditional("FASTSHARDMAP_SCHEDULED")]
    public static void Before(string step) => t_schedule?.Before(step);

    /// <summary>Called by the thread that is about to read the bytes.</summary>
    [Conditional("FASTSHARDMAP_SCHEDULED")]
    public static void BeforeRead(void* address, int bytes, string step) => t_schedule?.BeforeRead(address, bytes, step);
}
