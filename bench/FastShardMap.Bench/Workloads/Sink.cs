namespace FastShardMap.Bench.Workloads;

/// <summary>Takes results nobody else needs, where the compiler cannot see that.</summary>
internal static class Sink
{
    // Not readonly: the compiler folds static readonly fields into its final code.
    private static ulong _taken;
    private static ulong _zero = (ulong)Environment.TickCount64 >> 63;

    /// <summary>Zero, but the compiler does not know it.</summary>
    public static ulong Zero => Volatile.Read(ref _zero);

    public static void Consume(ulong value) => Volatile.Write(ref _taken, value);
}
