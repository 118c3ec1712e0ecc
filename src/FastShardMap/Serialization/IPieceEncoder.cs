namespace FastShardMap.Serialization;

/// <summary>Turns entries into the pieces of a file, and does not depend on streams.</summary>
internal interface IPieceEncoder
{
    /// <summary>Produces the next piece.</summary>
    /// <returns>The piece, which is valid until the next call; empty after the last piece.</returns>
    ReadOnlyMemory<byte> Next();
}
