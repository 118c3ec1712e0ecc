namespace FastShardMap.Serialization;

/// <summary>Writes the pieces of an encoder.</summary>
internal static class PieceWriter
{
    public static void Write(IPieceEncoder encoder, Action<ReadOnlyMemory<byte>> write)
    {
        for (ReadOnlyMemory<byte> piece = encoder.Next(); !piece.IsEmpty; piece = encoder.Next())
        {
            write(piece);
        }
    }

    public static async Task WriteAsync(IPieceEncoder encoder, Func<ReadOnlyMemory<byte>, ValueTask> write)
    {
        for (ReadOnlyMemory<byte> piece = encoder.Next(); !piece.IsEmpty; piece = encoder.Next())
        {
            await write(piece).ConfigureAwait(false);
        }
    }
}
