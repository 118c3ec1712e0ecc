namespace FastShardMap.Memory;

/// <summary>
/// Makes the system fail on demand, for tests. A hook sees only its own thread, so tests can run side by side, and
/// answers true to fail the call; null, as always in production, lets every call through.
/// </summary>
internal static class FaultInjection
{
    [ThreadStatic]
    private static Func<nuint, bool>? t_map;

    [ThreadStatic]
    private static Func<nuint, bool>? t_allocate;

    [ThreadStatic]
    private static Func<nuint, bool>? t_discard;

    [ThreadStatic]
    private static Func<bool>? t_post;

    [ThreadStatic]
    private static Action? t_wait;

    /// <summary>Asked with the length of every mapping the system is about to be asked for.</summary>
    public static Func<nuint, bool>? Map
    {
        get => t_map;
        set => t_map = value;
    }

    /// <summary>Asked with the length of every block an arena is about to hand out, mapped or reused.</summary>
    public static Func<nuint, bool>? Allocate
    {
        get => t_allocate;
        set => t_allocate = value;
    }

    /// <summary>Asked with the length of every range about to be given back.</summary>
    public static Func<nuint, bool>? Discard
    {
        get => t_discard;
        set => t_discard = value;
    }

    /// <summary>Asked before work is handed to the maintenance thread; refusing makes the caller do it.</summary>
    public static Func<bool>? Post
    {
        get => t_post;
        set => t_post = value;
    }

    /// <summary>Called by a thread that is about to wait, wherever it waits.</summary>
    public static Action? Wait
    {
        get => t_wait;
        set => t_wait = value;
    }

    public static bool FailsMap(nuint bytes) => t_map is { } hook && hook(bytes);

    public static bool FailsAllocate(nuint bytes) => t_allocate is { } hook && hook(bytes);

    public static bool FailsDiscard(nuint bytes) => t_discard is { } hook && hook(bytes);

    public static bool FailsPost() => t_post is { } hook && hook();

    public static void BeforeWait() => t_wait?.Invoke();
}
