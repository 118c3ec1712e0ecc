using System.Diagnostics;

namespace FastShardMap.Memory;

/// <summary>
/// Free address ranges, ordered by address; neighbours are merged. Taking is first fit by address, for which the waste
/// is bounded for any order of requests: M bytes in use at the peak with sizes up to n granules need at most about
/// M·log2(n) of address space (Robson, 1977). Best fit has no such bound. A linear scan is enough: a map has few
/// ranges, and asks for one only when a shard grows.
/// </summary>
/// <remarks>Not thread-safe. <see cref="Add"/> allocates nothing within the reserved capacity.</remarks>
internal sealed class FreeRanges
{
    private AddressRange[] _ranges = [];
    private int _count;

    public int Count => _count;

    /// <summary>Sum of the lengths.</summary>
    public nuint TotalBytes { get; private set; }

    public ReadOnlySpan<AddressRange> Ranges => _ranges.AsSpan(0, _count);

    /// <summary>Makes room so that <paramref name="additions"/> ranges can be added without allocating.</summary>
    public void Reserve(int additions)
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
            _ranges[next - 1] = Join(_ranges[next - 1], _ranges[next]);
            RemoveAt(next);
        }
        else if (joinsPrevious)
        {
            _ranges[next - 1] = Join(_ranges[next - 1], range);
        }
        else if (joinsNext)
        {
            _ranges[next] = Join(range, _ranges[next]);
        }
        else
        {
            InsertAt(next, range);
        }
    }

    /// <summary>Takes the lowest fitting address. May leave one range more than before.</summary>
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

            nuint tail = range.Bytes - head - bytes;
            if (head > 0 && tail > 0)
            {
                // Grown first, so that running out of memory here leaves the list as it was.
                Reserve(1);
                _ranges[index] = new AddressRange(range.Start, head);
                InsertAt(index + 1, new AddressRange(aligned + bytes, tail));
            }
            else if (head + tail > 0)
            {
                _ranges[index] = head > 0 ? new AddressRange(range.Start, head) : new AddressRange(aligned + bytes, tail);
            }
            else
            {
                RemoveAt(index);
            }

            TotalBytes -= bytes;
            start = aligned;
            return true;
        }

        start = 0;
        return false;
    }

    /// <summary>Empties the list into a copy.</summary>
    public AddressRange[] TakeAll()
    {
        AddressRange[] all = Ranges.ToArray();
        _count = 0;
        TotalBytes = 0;
        return all;
    }

    private static AddressRange Join(AddressRange low, AddressRange high) => new(low.Start, low.Bytes + high.Bytes);

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
        Reserve(1);
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
