namespace FastShardMap.Bench.Drive;

/// <summary>What one thread will do, computed before anything is measured.</summary>
/// <param name="Kinds">Kinds of operation; a power of two of them, repeated.</param>
/// <param name="Keys">Their keys, as many.</param>
/// <param name="WindowStart">For churn: the number of the first key of this thread's moving window.</param>
/// <param name="WindowPairs">For churn: the width of the window.</param>
internal sealed record ThreadPlan(OperationKind[] Kinds, ulong[] Keys, long WindowStart, int WindowPairs)
{
    /// <summary>Long enough not to be learnt by a branch predictor, short enough to build quickly.</summary>
    public const int Length = 1 << 20;

    /// <summary>Numbers between two threads' windows: no run comes that far.</summary>
    private const long WindowDistance = 1L << 40;

    public static ThreadPlan Create(Mix mix, string distribution, ulong[] keys, int thread, int threads)
    {
        ArgumentNullException.ThrowIfNull(mix);
        ArgumentNullException.ThrowIfNull(keys);
        ulong seed = (ulong)thread + 1;
        return mix.IsChurn
            ? new ThreadPlan([], [], thread * WindowDistance, keys.Length / threads)
            : new ThreadPlan(mix.Kinds(Length, seed), KeyDistribution.Draw(distribution, keys, Length, ~seed), 0, 0);
    }
}
