using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Targets;

/// <summary>What a limit counts: which of a row's figures is meant, and how it is printed.</summary>
/// <param name="Suffix">What stands behind a limit, such as " x CD".</param>
/// <param name="Format">How to print a figure.</param>
/// <param name="Scale">How much of the figure is one of the limit: 1,000,000 for a limit in milliseconds of a figure in
/// nanoseconds.</param>
/// <param name="Words">What stands in place of comparison and limit, where those say little.</param>
internal sealed record TargetUnit(
    string Suffix, Func<double, string> Format, double Scale = 1, string? Words = null)
{
    /// <summary>Multiples of ConcurrentDictionary's figure.</summary>
    public static readonly TargetUnit OfDictionary = new(" x CD", Units.Digits);

    /// <summary>Multiples of what memory allows.</summary>
    public static readonly TargetUnit OfFloor = new(" x floor", Units.Digits);

    /// <summary>Multiples of the sequential dictionary's figure.</summary>
    public static readonly TargetUnit OfSequential = new(" x Dictionary", Units.Digits);

    /// <summary>Multiples of a local cache's hit.</summary>
    public static readonly TargetUnit OfCache = new(" x ShardCache", Units.Digits);

    /// <summary>Multiples of a round trip to the engine.</summary>
    public static readonly TargetUnit OfRoundTrip = new(" x round trip", Units.Digits);

    /// <summary>How many times as fast as reads of single keys.</summary>
    public static readonly TargetUnit OfSingleReads = new(" x single reads", Units.Digits);

    /// <summary>How many times as fast as ConcurrentDictionary.</summary>
    public static readonly TargetUnit TimesDictionary = new(" x as fast as CD", Units.Digits);

    /// <summary>How many times as fast as ConcurrentDictionary with strings as keys that are looked up by
    /// spans.</summary>
    public static readonly TargetUnit TimesSpans = new(" x as fast as CD with spans", Units.Digits);

    /// <summary>Multiples of the bytes of live keys.</summary>
    public static readonly TargetUnit OfLive = new(" x live", Units.Digits);

    /// <summary>Multiples of a read outside of moves.</summary>
    public static readonly TargetUnit OfPlainRead = new(" x GET", Units.Digits);

    /// <summary>Multiples of the time while nothing moves.</summary>
    public static readonly TargetUnit OfRest = new(" x at rest", Units.Digits);

    /// <summary>How many times the explained figure, or how many times smaller.</summary>
    public static readonly TargetUnit OfExplained = new(" x explained", Units.Digits);

    public static readonly TargetUnit Reads = new(" reads", Units.Digits);

    public static readonly TargetUnit Copies = new(" copies", Units.Digits);

    public static readonly TargetUnit Errors = new(" errors", Units.Digits);

    /// <summary>Multiples of a lookup in ShardMap.</summary>
    public static readonly TargetUnit OfShardMap = new(" x ShardMap", Units.Digits);

    /// <summary>Multiples of ConcurrentLru's figure.</summary>
    public static readonly TargetUnit OfConcurrentLru = new(" x ConcurrentLru", Units.Digits);

    /// <summary>ConcurrentLru's figure in multiples of ShardCache's.</summary>
    public static readonly TargetUnit ConcurrentLruOfOurs = new(" x ShardCache", Units.Digits);

    /// <summary>Points of a hit ratio in percent.</summary>
    public static readonly TargetUnit Points = new(" points", Units.Digits);

    public static readonly TargetUnit Bytes = new(" B", Units.Digits);

    public static readonly TargetUnit Microseconds = new(" us", Units.Duration, 1e3);

    public static readonly TargetUnit BeyondGap = new(" ms + longest gap", Units.Duration, 1e6);

    public static readonly TargetUnit BeyondCollection = new(" ms + GC without the map", Units.Duration, 1e6);

    public static readonly TargetUnit ManagedBytes = new(" B", Units.Digits, Words: "0");

    public static readonly TargetUnit FlatTime = new(string.Empty, Units.Digits, Words: "flat time");

    public static readonly TargetUnit FlatMemory = new(string.Empty, Units.Digits, Words: "flat memory");

    public static readonly TargetUnit FlatProbeLength = new(string.Empty, Units.Digits, Words: "flat probe length");

    public string Limit(Bound bound, double limit) =>
        Words ?? $"{(bound == Bound.AtMost ? "<=" : ">=")} {limit:0.##}{Suffix}";
}
