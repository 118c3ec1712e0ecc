using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;

namespace FastShardMap.Bench.Suites;

/// <summary>
/// Listens to all that the library can say: metrics once a second, as monitoring does, and every event.
/// </summary>
internal sealed class Observer : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);
    private readonly MeterListener _meters = new();
    private readonly Timer _collecting;
    private readonly EveryEvent _events = new();
    private long _measurements;

    public Observer()
    {
        _meters.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "FastShardMap")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((_, _, _, _) => Interlocked.Increment(ref _measurements));
        _meters.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref _measurements));
        _meters.Start();
        _collecting = new Timer(_ => _meters.RecordObservableInstruments(), null, TimeSpan.Zero, s_period);
    }

    /// <summary>Measurements received so far.</summary>
    public long Measurements => Interlocked.Read(ref _measurements);

    /// <summary>Events received so far.</summary>
    public long Events => _events.Count;

    public void Dispose()
    {
        using ManualResetEvent ended = new(initialState: false);
        _collecting.Dispose(ended);
        ended.WaitOne();
        _meters.Dispose();
        _events.Dispose();
    }

    private sealed class EveryEvent : EventListener
    {
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "FastShardMap")
            {
                EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData) => Interlocked.Increment(ref _count);
    }
}
