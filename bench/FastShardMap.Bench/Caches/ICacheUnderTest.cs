namespace FastShardMap.Bench.Caches;

/// <summary>What every cache under test offers, so that one loop measures all of them.</summary>
internal interface ICacheUnderTest<TSelf> : IDisposable
    where TSelf : ICacheUnderTest<TSelf>
{
    static abstract string Label { get; }

    /// <summary>The bytes that the cache accounts for itself outside of the managed heap.</summary>
    long NativeBytes { get; }

    long Count { get; }

    /// <summary>Creates a cache of this many entries.</summary>
    static abstract TSelf Create(int capacity);

    bool TryGet(ulong key, out ulong value);

    void Set(ulong key, ulong value);

    /// <summary>Lets work that the cache does in the background come to its end.</summary>
    void Settle();
}
