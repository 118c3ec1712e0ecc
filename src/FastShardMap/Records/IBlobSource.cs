using FastShardMap.Layout;

namespace FastShardMap.Records;

/// <summary>Where values of any length are copied from.</summary>
internal interface IBlobSource
{
    /// <summary>Copies the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <param name="length">The length of the value; -1 if the key is absent.</param>
    /// <returns>Whether the key is present and its value was copied.</returns>
    bool TryCopy(RecordKey key, Span<byte> destination, out int length);
}
