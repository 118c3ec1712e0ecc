using System.Runtime.InteropServices;

namespace FastShardMap.Layout;

/// <summary>A list of released records that a snapshot may still show.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal unsafe struct LimboChunk
{
    public const int Bytes = 4096;
    public const int MaxRecords = (Bytes - 16) / 8;

    /// <summary>The next chunk of the list.</summary>
    public LimboChunk* Next;

    /// <summary>The number of records.</summary>
    public long Count;

    /// <summary>The records: each is the word <see cref="RecordKey.Last"/> of the key that was removed.</summary>
    public fixed ulong Records[MaxRecords];
}
