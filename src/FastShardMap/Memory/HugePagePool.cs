using FastShardMap.Memory;

#pragma warning disable MA0015 // the exception of a setter names the property, and not 'value'

namespace FastShardMap;

/// <summary>Limits the memory that the process keeps ready, in huge pages, for the tables that maps grow
/// into.</summary>
/// <remarks>
/// Only maps with <see cref="ShardMapOptions.HugePages"/> use this memory, and only for tables of 2 MiB and more.
/// When such a table has grown, the maintenance thread makes a block for the next table resident, as far as the limit
/// allows. The growth of the map then takes this block. If no block is ready, the table starts with small pages. The
/// blocks are given back when no table of the map has asked for one for five seconds, when memory becomes scarce (an
/// eighth of the machine's memory, or of the limit of the process, stays free), and when the map is trimmed or
/// disposed.
/// </remarks>
public static class HugePagePool
{
    /// <summary>The maximum number of bytes that are kept ready for all maps of the process; 0 for none. Default:
    /// 0.</summary>
    /// <remarks>All shards of a map grow at about the same time, and then need twice the bytes of its tables. Less than
    /// that serves some of the shards. A lower limit than <see cref="Bytes"/> gives everything back.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public static long MaxBytes
    {
        get => ReadyMemory.MaxBytes;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxBytes));
            ReadyMemory.MaxBytes = value;
        }
    }

    /// <summary>The number of bytes that are kept ready, or are about to be.</summary>
    public static long Bytes => ReadyMemory.Bytes;
}
