using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>The part of a shard that readers use: 32 bytes, packed densely. It changes only under the shard's lock,
/// when a migration starts or ends, and in Clear and Dispose.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal struct ReadView
{
    public const int Bytes = 32;

    /// <summary>A <see cref="GenerationWord"/>.</summary>
    public ulong Generation;

    /// <summary>The table that receives inserts.</summary>
    public TableRef Current;

    /// <summary>The table that a running migration empties, or none.</summary>
    public TableRef Previous;
}
