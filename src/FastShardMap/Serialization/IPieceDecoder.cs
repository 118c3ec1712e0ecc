namespace FastShardMap.Serialization;

/// <summary>Turns the pieces of a file into entries. It says how many bytes it wants next, and does not depend on
/// streams.</summary>
internal interface IPieceDecoder
{
    /// <summary>The buffer for the next bytes; empty when everything has been read.</summary>
    Memory<byte> Wanted { get; }

    /// <summary>Processes the bytes in <see cref="Wanted"/>.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged, or are not those of such a map.</exception>
    void Accept();
}
