using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace FastShardMap.Near.Tests.Support;

/// <summary>A listener of the program that can throw when the meter of a near map ends. It hears the meters that the
/// test itself makes.</summary>
internal sealed class ThrowingListener : IDisposable
{
    /// <summary>Flows with the calls of the test that started the listener.</summary>
    private static readonly AsyncLocal<ThrowingListener?> s_current = new();

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Meter, bool> _meters = new(); // whether it has ended
    private volatile bool _throws;

    private ThrowingListener()
    {
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (s_current.Value == this && instrument.Meter.Name == "FastShardMap.Near")
            {
                _meters.TryAdd(instrument.Meter, false);
                self.EnableMeasurementEvents(instrument);
            }
        };
        _listener.MeasurementsCompleted = (instrument, _) =>
        {
            if (_throws)
            {
                _meters[instrument.Meter] = true;
                throw new InvalidTimeZoneException();
            }
        };
    }

    /// <summary>Whether the listener throws when an instrument ends.</summary>
    public bool Throws
    {
        get => _throws;
        set => _throws = value;
    }

    /// <summary>The number of meters at whose end it has thrown.</summary>
    public int Thrown => _meters.Values.Count(hasEnded => hasEnded);

    /// <summary>Starts a listener of the meters that the caller makes from now on.</summary>
    public static ThrowingListener Start()
    {
        ThrowingListener listener = new();
        listener._listener.Start(); // this publishes the meters of other tests
        s_current.Value = listener;
        return listener;
    }

    public void Dispose()
    {
        _throws = false;
        _listener.Dispose();
    }
}
