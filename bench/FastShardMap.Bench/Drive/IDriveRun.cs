using FastShardMap.Bench.Measuring;

namespace FastShardMap.Bench.Drive;

/// <summary>
/// One map being driven with one mix; the kind of map is forgotten, so that different ones can take turns.
/// </summary>
internal interface IDriveRun : IDisposable
{
    string Label { get; }

    /// <summary>Runs the untimed leg, and returns the operations per second of all threads together.</summary>
    double RunUntimed(TimeSpan duration);

    /// <summary>Runs the timed leg, by a timetable if the rate is not 0.</summary>
    void RunTimed(TimeSpan duration, double arrivalRate);

    void ClearLatencies();

    /// <summary>All latencies so far of one kind of operation, all threads together.</summary>
    LatencyHistogram Latencies(OperationKind kind);
}
