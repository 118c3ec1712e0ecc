namespace FastShardMap.Near.Engine;

/// <summary>Takes what the stream of invalidations brings. Called by one thread per node at a time.</summary>
internal interface IInvalidationSink
{
    /// <summary>A key has changed at the engine.</summary>
    void Invalidate(ReadOnlySpan<byte> engineKey);

    /// <summary>All keys may have changed.</summary>
    void InvalidateAll();
}
