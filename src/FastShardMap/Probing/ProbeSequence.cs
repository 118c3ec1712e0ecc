using System.Runtime.CompilerServices;
using FastShardMap.Layout;

namespace FastShardMap.Probing;

/// <summary>Enumerates the groups that can contain a hash: its home group, the group after it, and so on, wrapping from
/// the last group of the table to the first, until each group has been visited once.</summary>
/// <remarks>Every index is bounded by the size in the same word as the address (hazard H1), so the sequence stays
/// inside the block, whatever has become of the table.</remarks>
internal unsafe ref struct ProbeSequence
{
    private readonly byte* _block;
    private readonly ulong _groups;
    private readonly uint _strideBytes;
    private ulong _index;
    private ulong _steps;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: miss-1m-reserved
    public ProbeSequence(TableRef table, ulong hash, int strideBytes)
    {
        _block = table.Base;
        _groups = table.Groups;
        _strideBytes = (uint)strideBytes;
        _index = table.Home(hash);
    }

    /// <summary>The index of the current group.</summary>
    public readonly ulong Index => _index;

    /// <summary>The current group.</summary>
    public readonly Group* Group
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: miss-1m-reserved
        get => (Group*)(_block + (_index * _strideBytes));
    }

    /// <summary>Whether every group has been visited.</summary>
    public readonly bool IsOver => _steps == _groups;

    /// <summary>Advances to the next group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: miss-1m-reserved
    public void Advance()
    {
        _index = _index + 1 == _groups ? 0 : _index + 1;
        _steps++;
    }
}
