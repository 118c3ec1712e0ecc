using System.Numerics;
using FastShardMap.Layout;

namespace FastShardMap.Tables;

/// <summary>Enumerates the occupied slots of a group, as its control word shows them.</summary>
internal struct OccupiedSlots
{
    private ulong _left;

    public OccupiedSlots(ulong control, int slotsPerGroup)
    {
        _left = ControlWord.Occupied(control, slotsPerGroup);
        Current = -1;
    }

    public int Current { get; private set; }

    public readonly OccupiedSlots GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_left == 0)
        {
            return false;
        }

        Current = ControlWord.SlotOfBit(BitOperations.TrailingZeroCount(_left));
        _left &= _left - 1;
        return true;
    }
}
