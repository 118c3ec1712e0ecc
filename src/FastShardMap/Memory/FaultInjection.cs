namespace FastShardMap.Memory;

/// <summary>
/// Makes system calls fail on demand, for tests. A hook applies only to its own thread, so that tests can run in
/// parallel, and returns true to fail the call. In production, every hook is null and all calls succeed.
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
    private static Func<nuint, bool>? t_fill;

    [ThreadStatic]
    private static Func<nuint, bool>? t_scarce;

    [ThreadStatic]
    private static Func<int, bool>? t_reserve;

    [ThreadStatic]
    private static Func<bool>? t_post;

    [ThreadStatic]
    private static Action? t_wait;

    /// <summary>Called with the length of every mapping before it is requested from the operating system.</summary>
    public static Func<nuint, bool>? Map
    {
        get => t_map;
        set => t_map = value;
    }

    /// <summary>Called with the length of every block before an arena hands it out, mapped or reused.</summary>
    public static Func<nuint, bool>? Allocate
    {
        get => t_allocate;
        set => t_allocate = value;
    }

    /// <summary>Called with the length of every range before it is given back.</summary>
    public static Func<nuint, bool>? Discard
    {
        get => t_discard;
        set => t_discard = value;
    }

    /// <summary>Called with the length of every huge page before it is made resident ahead of its use.</summary>
    public static Func<nuint, bool>? Fill
    {
        get => t_fill;
        set => t_fill = value;
    }

    /// <summary>Decides, instead of the system, whether memory would be scarce after another block of this
    /// length.</summary>
    public static Func<nuint, bool>? Scarce
    {
        get => t_scarce;
        set => t_scarce = value;
    }

    /// <summary>Called with the number of ranges before a list of free ranges makes room for them on the managed
    /// heap.</summary>
    public static Func<int, bool>? Reserve
    {
        get => t_reserve;
        set => t_reserve = value;
    }

    /// <summary>Called before work is passed to the maintenance thread. If it returns true, the caller does the work
    /// itself.</summary>
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

    public static bool FailsFill(nuint bytes) => t_fill is { } hook && hook(bytes);

    public static bool FailsReserve(int ranges) => t_reserve is { } hook && hook(ranges);

    public static bool FailsPost() => t_post is { } hook && hook();

    public static void BeforeWait() => t_wait?.Invoke();
}
