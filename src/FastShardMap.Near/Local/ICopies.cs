namespace FastShardMap.Near.Local;

/// <summary>The near copies of a map, and the format of its values at the engine. Keys are the bytes that follow the
/// prefix at the engine.</summary>
/// <typeparam name="TResult">What a read has found; the default is "no value".</typeparam>
internal interface ICopies<TResult> : IDisposable
{
    long Count { get; }

    long BytesAllocated { get; }

    /// <summary>Reads a value of the engine.</summary>
    /// <returns>What is wrong, or null.</returns>
    string? TryDecode(
        ReadOnlyMemory<byte> bytes, ReadOnlySpan<byte> engineKey, out TResult result, out bool expires);

    /// <summary>The version of what was found; zero for "no value".</summary>
    NearVersion VersionOf(TResult result);

    /// <summary>Stores a copy; <paramref name="timeToLive"/> null means for ever.</summary>
    /// <returns>Whether there was room.</returns>
    bool TryStore(ReadOnlySpan<byte> key, TResult result, int epoch, TimeSpan? timeToLive);

    void Remove(ReadOnlySpan<byte> key);

    /// <summary>Drops the copy of a key unless it has the version of what was found.</summary>
    void RemoveOther(ReadOnlySpan<byte> key, TResult result);
}
