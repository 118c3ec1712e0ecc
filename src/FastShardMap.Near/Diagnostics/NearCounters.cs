using System.Runtime.InteropServices;

namespace FastShardMap.Near.Diagnostics;

/// <summary>What a near map has done. Near hits are counted per processor, because all threads count them.</summary>
internal sealed class NearCounters(bool countsHits)
{
    private readonly PaddedCount[]? _hits = countsHits ? new PaddedCount[Environment.ProcessorCount] : null;

    private long _misses;
    private long _joined;
    private long _filled;
    private long _refusedFills;
    private long _invalidations;
    private long _formatErrors;

    /// <summary>Whether hits are counted.</summary>
    public bool CountsHits => _hits is not null;

    public long Hits => _hits?.Sum(count => Volatile.Read(ref count.Value)) ?? 0;

    public long Misses => Volatile.Read(ref _misses);

    public long Joined => Volatile.Read(ref _joined);

    public long Filled => Volatile.Read(ref _filled);

    public long RefusedFills => Volatile.Read(ref _refusedFills);

    public long Invalidations => Volatile.Read(ref _invalidations);

    public long FormatErrors => Volatile.Read(ref _formatErrors);

    public void Hit()
    {
        if (_hits is { } hits)
        {
            // Atomic, because a thread may lose its processor to another one in the middle.
            Interlocked.Increment(ref hits[Thread.GetCurrentProcessorId() % hits.Length].Value);
        }
    }

    public void Miss() => Interlocked.Increment(ref _misses);

    public void Join() => Interlocked.Increment(ref _joined);

    public void Fill(bool done) => Interlocked.Increment(ref done ? ref _filled : ref _refusedFills);

    public void Invalidate() => Interlocked.Increment(ref _invalidations);

    public void FormatError() => Interlocked.Increment(ref _formatErrors);

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct PaddedCount
    {
        [FieldOffset(64)]
        public long Value;
    }
}
