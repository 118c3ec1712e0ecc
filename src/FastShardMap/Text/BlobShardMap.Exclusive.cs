using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap;

public sealed unsafe partial class BlobShardMap
{
    // Dispose of the inner map ends the phase.
    #pragma warning disable CA2213
    private BlobShardMapExclusive? _exclusive;
    #pragma warning restore CA2213

    /// <summary>The exclusive phase that the map is in, or null. A map that is created with
    /// <see cref="ShardMapOptions.StartExclusive"/> is in such a phase from the start.</summary>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    public BlobShardMapExclusive? Exclusive
    {
        get
        {
            ShardMapExclusive<RecordKey, BlobRef, RecordKeyHasher>? phase = _map.Exclusive;
            if (phase is null)
            {
                return null;
            }

            BlobShardMapExclusive? known = _exclusive;
            return known is not null && ReferenceEquals(known.Inner, phase)
                ? known
                : _exclusive = new BlobShardMapExclusive(phase, _seed);
        }
    }

    /// <summary>Begins a phase in which only the calling thread may use the map. No locks are taken during the phase,
    /// and calls by other threads throw instead of waiting.</summary>
    /// <returns>The object that the thread uses instead of the map, until it disposes the object.</returns>
    /// <remarks>Waits for operations in progress. The thread that begins the phase must end it.</remarks>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    /// <exception cref="InvalidOperationException">The map is held exclusively, or the call comes from a callback of
    /// this map.</exception>
    public BlobShardMapExclusive EnterExclusive() => _exclusive = new(_map.EnterExclusive(), _seed);
}
