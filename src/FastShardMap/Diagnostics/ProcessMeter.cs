using System.Diagnostics.Metrics;
using FastShardMap.Memory;

namespace FastShardMap.Diagnostics;

/// <summary>A meter of the process, which the first object with a name publishes.</summary>
internal sealed class ProcessMeter(string name, Action<Meter> publish)
{
    private readonly UninterruptibleMonitor _gate = new();
    private bool _isPublished;

    /// <summary>Publishes the meter, if no other call has begun to do so.</summary>
    /// <remarks>A listener of the program may throw. Then no instrument stays, and the next call tries again.</remarks>
    public void Ensure()
    {
        using (_gate.Enter())
        {
            if (_isPublished)
            {
                return;
            }

            _isPublished = true;
        }

        // Outside the gate: listeners run meanwhile, and may make objects with names themselves.
        try
        {
            Uninterruptible.Run(this, static meter => meter.Publish());
        }
        catch
        {
            using (_gate.Enter())
            {
                _isPublished = false;
            }

            throw;
        }
    }

    private void Publish()
    {
        Meter meter = new(name, typeof(ProcessMeter).Assembly.GetName().Version?.ToString(3));
        try
        {
            publish(meter);
        }
        catch
        {
            meter.Dispose(); // the instruments before would stay for ever
            throw;
        }

        LibraryUnloading.Register(meter.Dispose); // the framework references every meter, and through it this library
    }
}
