namespace FastShardMap.Stress;

/// <summary>One thread of a running scenario.</summary>
internal sealed class StressWorker(int index, int threads, int seed)
{
    public int Index => index;

    public int Threads => threads;

    public Random Random { get; } = new(unchecked((seed * 1_000_003) + index));

    /// <summary>Operations done; also the sign of life that the watchdog looks at.</summary>
    public long Operations { get; set; }
}

/// <summary>Something that real threads do to maps, with an answer that can be checked.</summary>
internal abstract class StressScenario
{
    /// <summary>Before the threads start.</summary>
    public abstract void Begin(int threads, int seed);

    /// <summary>
    /// A batch of operations of one thread: again and again until the time is up. Throws what is wrong.
    /// </summary>
    public abstract void Step(StressWorker worker);

    /// <summary>After the threads have ended: what must hold now. Throws what is wrong.</summary>
    public abstract void End();

    protected static void Require(bool holds, FormattableString what)
    {
        if (!holds)
        {
            throw new InconsistencyException(FormattableString.Invariant(what));
        }
    }

    /// <summary>Small maps whose shards migrate often, and in many steps.</summary>
    protected static ShardMapOptions Options(int shards = 4, int stepGroups = 1) =>
        new() { ShardCount = shards, MigrationStepGroups = stepGroups };
}

/// <summary>The map has given an answer that no sequence of its operations explains.</summary>
internal sealed class InconsistencyException(string message) : Exception(message);
