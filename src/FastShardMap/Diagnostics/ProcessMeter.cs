using System.Diagnostics.Metrics;
using FastShardMap.Memory;

namespace FastShardMap.Diagnostics;

/// <summary>A meter of the process, which the first object with a name publishes.</summary>
internal sealed class ProcessMeter(string name, Action<Meter> publish)
{
    private int _isPublished;

    /// <summary>Publishes the meter, if no other call has begun to do so.</summary>
    /// <remarks>A listener of the program may throw. Then no instrument stays, and the next call tries again.</remarks>
    public void Ensure()
    {
        // No lock: listeners run meanwhile, and may make objects with names themselves.
        if (Volatile.Read(ref _isPublished) != 0 || Interlocked.Exchange(ref _isPublished, 1) != 0)
        {
            return;
        }

        try
        {
            Uninterruptible.Run(this, static meter => meter.Publish());
        }
        catch
        {
            Volatile.Write(ref _isPublished, 0);
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
