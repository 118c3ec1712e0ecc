using System.Diagnostics;

namespace FastShardMap.Bench.Measuring;

/// <summary>One thing that is measured again and again: how to run it, and what came out so far.</summary>
internal sealed class Series
{
    private readonly Func<int, (TimeSpan Elapsed, ulong Answer)> _run;
    private readonly List<double> _nanosecondsPerOperation = [];

    private Series(string work, long operations, Func<int, (TimeSpan Elapsed, ulong Answer)> run)
    {
        Work = work;
        Operations = operations;
        _run = run;
    }

    /// <summary>Series with the same work must give the same answers.</summary>
    public string Work { get; }

    /// <summary>Operations of one repetition, by one thread.</summary>
    public long Operations { get; }

    public IReadOnlyList<double> NanosecondsPerOperation => _nanosecondsPerOperation;

    public Spread Spread => Spread.Of(_nanosecondsPerOperation);

    /// <summary>Work of the calling thread: timed here.</summary>
    public static Series OneThread(string work, long operations, Func<int, ulong> run) =>
        new(work, operations, repetition =>
        {
            long start = Stopwatch.GetTimestamp();
            ulong answer = run(repetition);
            return (Stopwatch.GetElapsedTime(start), answer);
        });

    /// <summary>Work that times itself: several threads, or with preparations that do not count.</summary>
    public static Series SelfTimed(string work, long operations, Func<int, (TimeSpan Elapsed, ulong Answer)> run) =>
        new(work, operations, run);

    /// <summary>
    /// Runs all series in turn, in every repetition, beginning with another one each time, so that the machine's moods
    /// and each one's leavings in the caches fall on all alike.
    /// </summary>
    /// <param name="repetitions">Repetitions that count.</param>
    /// <param name="discarded">Repetitions before them that do not.</param>
    /// <param name="series">What to run.</param>
    public static void Interleave(int repetitions, int discarded, IReadOnlyList<Series> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        for (int repetition = -discarded; repetition < repetitions; repetition++)
        {
            Dictionary<string, ulong> answers = new(StringComparer.Ordinal);
            for (int turn = 0; turn < series.Count; turn++)
            {
                Series one = series[(turn + repetition + discarded) % series.Count];
                (TimeSpan elapsed, ulong answer) = one._run(repetition + discarded);
                if (!answers.TryAdd(one.Work, answer) && answers[one.Work] != answer)
                {
                    throw new AnswersDifferException($"The maps give different answers in '{one.Work}'.");
                }

                if (repetition >= 0)
                {
                    one._nanosecondsPerOperation.Add(elapsed.TotalNanoseconds / one.Operations);
                }
            }
        }
    }

    /// <summary>The paired quotient of this series and another of the same interleaved run.</summary>
    public Spread RatioTo(Series other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Spread.OfRatios(NanosecondsPerOperation, other.NanosecondsPerOperation);
    }
}
