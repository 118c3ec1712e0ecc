using System.Diagnostics;

namespace FastShardMap.Memory;

/// <summary>
/// Free address ranges, ordered by address. Adjacent ranges are merged. Allocation is first fit by address, whose waste
/// is bounded for any order of requests: with M bytes in use at the peak and sizes up to n granules, it needs at most
/// about M·log2(n) of address space (Robson, 1977). Best fit has no such bound. A linear scan suffices, because a map
/// has few ranges, and allocates one only when a shard grows.
/// </summary>
/// <remarks>Not thread-safe. <see cref="Add"/> allocates nothing within the reserved capacity.</remarks>
internal sealed class FreeRanges
{
    private AddressRange[] _ranges = [];
    private int _count;

    public int Count => _count;

    /// <summary>The sum of the lengths of all ranges.</summary>
    public nuint TotalBytes { get; private set; }

    public ReadOnlySpan<AddressRange> Ranges => _ranges.AsSpan(0, _count);

    /// <summary>Makes room for <paramref name="additions"/> more ranges, so that they can be added without
    /// allocating.</summary>
    /// <exception cref="OutOfMemoryException">There is no room; nothing has changed.</exception>
    public void Reserve(int additions)
    {
        if (FaultInjection.FailsReserve(additions))
        {
            PageMemory.ThrowOutOfMemory((nuint)additions);
        }

        MakeRoom(additions);
    }

    private void MakeRoom(int additions)
    {
        int needed = checked(_count + additions);
        if (needed > _ranges.Length)
        {
            Array.Resize(ref _ranges, Math.Max(needed, checked(_ranges.Length * 2)));
        }
    }

    public void Add(AddressRange range)
    {
        if (range.Bytes == 0)
        {
            return;
        }

        int next = IndexAfter(range.Start);
        bool joinsPrevious = next > 0 && _ranges[next - 1].End == range.Start;
        bool joinsNext = next < _count && range.End == _ranges[next].Start;
        Debug.Assert(next == 0 || _ranges[next - 1].End <= range.Start, "Freed twice.");
        Debug.Assert(next == _count || range.End <= _ranges[next].Start, "Freed twice.");

        TotalBytes += range.Bytes;
        if (joinsPrevious && joinsNext)
        {
            _ranges[next - 1] = Span(_ranges[next - 1].Start, _ranges[next].End);
            RemoveAt(next);
        }
        else if (joinsPrevious)
        {
            _ranges[next - 1] = Span(_ranges[next - 1].Start, range.End);
        }
        else if (joinsNext)
        {
            _ranges[next] = Span(range.Start, _ranges[next].End);
        }
        else
        {
            InsertAt(next, range);
        }
    }

    /// <summary>Takes a range at the lowest address that fits. May leave one more range in the list than
    /// before.</summary>
    public bool TryTake(nuint bytes, nuint alignment, out nuint start)
    {
        for (int index = 0; index < _count; index++)
        {
            AddressRange range = _ranges[index];
            nuint aligned = (range.Start + (alignment - 1)) & ~(alignment - 1);
            nuint head = aligned - range.Start;
            if (range.Bytes < head || range.Bytes - head < bytes)
            {
                continue;
            }

            CutAt(index, new AddressRange(aligned, bytes));
            start = aligned;
            return true;
        }

        start = 0;
        return false;
    }

    /// <summary>Finds the range that contains this address.</summary>
    public bool TryFind(nuint address, out AddressRange found)
    {
        int index = IndexAfter(address) - 1;
        found = index >= 0 ? _ranges[index] : default;
        return index >= 0 && address < found.End;
    }

    /// <summary>Removes every part of this range that is in the list. May leave one more range in the list than
    /// before.</summary>
    public void Remove(AddressRange range)
    {
        int index = Math.Max(0, IndexAfter(range.Start) - 1);
        while (index < _count && _ranges[index].Start < range.End)
        {
            if (range.Start >= _ranges[index].End)
            {
                index++;
                continue;
            }

            AddressRange hole = Span(
                nuint.Max(range.Start, _ranges[index].Start),
                nuint.Min(range.End, _ranges[index].End));
            bool keepsHead = hole.Start > _ranges[index].Start;
            CutAt(index, hole);
            index += keepsHead ? 1 : 0;
        }
    }

    private static AddressRange Span(nuint start, nuint end) => new(start, end - start);

    private void CutAt(int index, AddressRange hole)
    {
        AddressRange range = _ranges[index];
        AddressRange head = Span(range.Start, hole.Start);
        AddressRange tail = Span(hole.End, range.End);
        if (head.Bytes > 0 && tail.Bytes > 0)
        {
            // Reserve first, so that the list does not change if memory runs out here.
            MakeRoom(1);
            _ranges[index] = head;
            InsertAt(index + 1, tail);
        }
        else if (head.Bytes + tail.Bytes > 0)
        {
            _ranges[index] = head.Bytes > 0 ? head : tail;
        }
        else
        {
            RemoveAt(index);
        }

        TotalBytes -= hole.Bytes;
    }

    private int IndexAfter(nuint address)
    {
        int low = 0;
        int high = _count;
        while (low < high)
        {
            int middle = (int)((uint)(low + high) / 2);
            if (_ranges[middle].Start <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private void InsertAt(int index, AddressRange range)
    {
        MakeRoom(1);
        Array.Copy(_ranges, index, _ranges, index + 1, _count - index);
        _ranges[index] = range;
        _count++;
    }

    private void RemoveAt(int index)
    {
        _count--;
        Array.Copy(_ranges, index + 1, _ranges, index, _count - index);
    }
}
