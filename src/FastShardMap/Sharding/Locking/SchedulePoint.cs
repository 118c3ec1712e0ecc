using System.Diagnostics;

namespace FastShardMap.Sharding;

/// <summary>Decides in tests when a thread may take its next step.</summary>
internal unsafe interface ISchedule
{
    /// <summary>Called when the calling thread is about to take a step that other threads can see, or that depends on
    /// their steps.</summary>
    void Before(string step);

    /// <summary>Called when the calling thread is about to read memory without ordering while other threads may be
    /// writing it.</summary>
    void BeforeRead(void* address, int bytes, string step);
}

/// <summary>
/// Marks the plain accesses to shared words, where the steps of other threads matter although there is no atomic
/// operation to intercept. In builds with the constant FASTSHARDMAP_SCHEDULED (tests/FastShardMap.ConcurrencyTests,
/// which also replaces <c>Volatile</c> and <c>Interlocked</c> for this namespace), the schedule of a test takes control
/// at these points. In the package, the calls are compiled out.
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

    /// <summary>The schedule of the calling thread, or null if no test has set one.</summary>
    public static ISchedule? Schedule
    {
        get => t_schedule;
        set => t_schedule = value;
    }

    /// <summary>Precedes a step of the calling thread.</summary>
    [Conditional("FASTSHARDMAP_SCHEDULED")]
    public static void Before(string step) => t_schedule?.Before(step);

    /// <summary>Precedes an unordered read by the calling thread.</summary>
    [Conditional("FASTSHARDMAP_SCHEDULED")]
    public static void BeforeRead(void* address, int bytes, string step) =>
        t_schedule?.BeforeRead(address, bytes, step);
}
