namespace FastShardMap.ConcurrencyTests.Scheduling;

internal enum ThreadCondition
{
    Ready,

    /// <summary>Spins until a word differs from the value it had.</summary>
    AwaitsWord,

    /// <summary>Spins until another thread has got on.</summary>
    AwaitsStep,
    AwaitsEvent,
    Finished,
}

/// <summary>One of the threads that an <see cref="Execution"/> runs.</summary>
internal sealed unsafe class ScheduledThread
{
    public Gate Gate { get; } = new();

    public ThreadCondition State { get; set; }

    public int PausedAt { get; set; }

    /// <summary>Whether its next step is only to look whether it must go on spinning.</summary>
    public bool LooksAgain { get; set; }

    public int* RefusedWord { get; private set; }

    public int RefusedValue { get; private set; }

    public Sharding.AutoResetEvent? Event { get; set; }

    public int Timeout { get; set; }

    /// <summary>How many more of its waits may run out of time while others could go on.</summary>
    public int TimeoutsLeft { get; set; }

    public void Refused(int* word, int value)
    {
        RefusedWord = word;
        RefusedValue = value;
    }

    public void ForgetRefusal() => RefusedWord = null;

    public bool CanGoOn(int progress) => State switch
    {
        ThreadCondition.Ready => true,
        ThreadCondition.AwaitsWord => System.Threading.Volatile.Read(ref *RefusedWord) != RefusedValue,
        ThreadCondition.AwaitsStep => progress > PausedAt,
        ThreadCondition.AwaitsEvent => Event!.IsSet || Timeout == 0 || (TimeoutsLeft > 0 && Timeout >= 0),
        _ => false,
    };
}

/// <summary>Unwinds a thread whose execution has failed.</summary>
internal sealed class StoppedException : Exception;
