using System.Runtime.InteropServices;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Maps;

/// <summary>Reads the groups of a table in the target, in order or at random.</summary>
internal sealed unsafe class TableReader
{
    private const int ChunkBytes = 64 * 1024;
    private const int MaxCachedChunks = 1024;

    /// <summary>
    /// Ends a walk whose size came from damaged memory, before it goes through the whole address space.
    /// </summary>
    private const int MaxUnreadableChunks = 16;
    private readonly NativeMap _map;
    private readonly ulong _groupsPerChunk;
    private readonly Dictionary<ulong, byte[]?> _cache = [];

    public TableReader(NativeMap map, TableRef table)
    {
        _map = map;
        Table = table;
        Groups = table.IsNone || map.IsSentinel(table) ? 0 : table.Groups;
        _groupsPerChunk = (ulong)Math.Max(1, ChunkBytes / map.StrideBytes);
    }

    public delegate void GroupVisitor(ulong index, ReadOnlySpan<byte> group);

    /// <summary>Visits a group, and says whether to go on.</summary>
    public delegate bool GroupCondition(ulong index, ReadOnlySpan<byte> group);

    public TableRef Table { get; }

    /// <summary>The number of groups; 0 if there is no table, or for the sentinel.</summary>
    public ulong Groups { get; }

    /// <summary>The number of groups that walks could not read.</summary>
    public ulong Unreadable { get; private set; }

    public static ulong ControlOf(ReadOnlySpan<byte> group) => MemoryMarshal.Read<ulong>(group);

    public static VersionWord VersionOf(ReadOnlySpan<byte> group) =>
        new(MemoryMarshal.Read<ulong>(group[sizeof(ulong)..]));

    /// <summary>Visits every group that can be read, in order.</summary>
    public void Walk(GroupVisitor visit) => WalkWhile((index, group) =>
    {
        visit(index, group);
        return true;
    });

    /// <summary>Visits groups that can be read, in order, until the visitor says to stop.</summary>
    /// <returns>Whether the walk came to its end.</returns>
    public bool WalkWhile(GroupCondition visit)
    {
        int stride = _map.StrideBytes;
        byte[] buffer = new byte[checked((int)_groupsPerChunk * stride)];
        int missingInARow = 0;
        for (ulong first = 0; first < Groups; first += _groupsPerChunk)
        {
            int count = (int)Math.Min(_groupsPerChunk, Groups - first);
            int read = _map.Memory.Read(AddressOf(first), buffer.AsSpan(0, count * stride)) / stride;
            for (int i = 0; i < read; i++)
            {
                if (!visit(first + (uint)i, buffer.AsSpan(i * stride, stride)))
                {
                    return false;
                }
            }

            Unreadable += (ulong)(count - read);
            missingInARow = read == 0 ? missingInARow + 1 : 0;
            if (missingInARow == MaxUnreadableChunks)
            {
                Unreadable += Groups - Math.Min(Groups, first + _groupsPerChunk);
                break;
            }
        }

        return true;
    }

    /// <summary>One group, from a cache of chunks; empty if it cannot be read. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Group(ulong index)
    {
        int stride = _map.StrideBytes;
        ulong chunk = index / _groupsPerChunk;
        if (!_cache.TryGetValue(chunk, out byte[]? bytes))
        {
            if (_cache.Count == MaxCachedChunks)
            {
                _cache.Clear();
            }

            int count = (int)Math.Min(_groupsPerChunk, Groups - (chunk * _groupsPerChunk));
            byte[] fresh = new byte[count * stride];
            bytes = _map.Memory.TryRead(AddressOf(chunk * _groupsPerChunk), fresh) ? fresh : null;
            _cache.Add(chunk, bytes);
        }

        return bytes is null ? default : bytes.AsSpan((int)(index % _groupsPerChunk) * stride, stride);
    }

    /// <summary>The key's bytes.</summary>
    public ReadOnlySpan<byte> KeyAt(ReadOnlySpan<byte> group, int slot) =>
        group.Slice(GroupShape.HeaderBytes + (slot * (int)_map.Header.SlotBytes), _map.KeyBytes);

    /// <summary>The value's bytes.</summary>
    public ReadOnlySpan<byte> ValueAt(ReadOnlySpan<byte> group, int slot) => group.Slice(
        GroupShape.HeaderBytes + (slot * (int)_map.Header.SlotBytes) + (int)_map.Header.ValueOffset,
        (int)_map.Header.ValueBytes);

    private ulong AddressOf(ulong index) => (ulong)Table.Base + (index * (uint)_map.StrideBytes);
}
