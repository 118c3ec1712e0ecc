using FastShardMap.Layout;
using FastShardMap.Sharding;
using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.ConcurrencyTests.Counts;

/// <summary>
/// What one thread's operations do, counted at the schedule points of the production code: the steps by name, and, for
/// a map, the cache lines of native memory that they write.
/// </summary>
/// <remarks>Memory is compared between any two steps, not only at the end: so a lock that is taken and given back
/// shows.</remarks>
internal sealed unsafe class StepRecorder : ISchedule
{
    public const int LineBytes = 64;

    private readonly MapHeader* _header;
    private readonly Dictionary<nint, byte[]> _memory = [];
    private readonly Dictionary<nint, string> _written = [];
    private readonly List<string> _steps = [];

    /// <summary>A recorder of steps alone.</summary>
    public StepRecorder()
    {
    }

    /// <summary>A recorder of a map's lines, too.</summary>
    public StepRecorder(Map map) => _header = map.Shards.Header;

    /// <summary>The steps since recording began, in their order.</summary>
    public IReadOnlyList<string> Steps => _steps;

    /// <summary>How often a step was taken since recording began.</summary>
    public int CountOf(string step) => _steps.Count(one => one == step);

    /// <summary>Lines written since recording began: of the header, the views, the write sides or the groups.</summary>
    public int LinesOf(string part) => _written.Values.Count(one => one == part);

    /// <summary>Forgets what was recorded, and records what the action does on this thread.</summary>
    public void Record(Action action)
    {
        _steps.Clear();
        _memory.Clear();
        Compare(isFirst: true);
        _written.Clear();
        SchedulePoint.Schedule = this;
        try
        {
            action();
        }
        finally
        {
            SchedulePoint.Schedule = null;
        }

        Compare(isFirst: false);
    }

    public void Before(string step)
    {
        _steps.Add(step);
        Compare(isFirst: false);
    }

    public void BeforeRead(void* address, int bytes, string step) => Before(step);

    private void Compare(bool isFirst)
    {
        if (_header is null)
        {
            return;
        }

        uint shards = _header->ShardCount;
        CompareRange("header", (byte*)_header, (byte*)_header->Views, isFirst);
        CompareRange("views", (byte*)_header->Views, (byte*)(_header->Views + shards), isFirst);
        CompareRange("write sides", (byte*)_header->WriteSides, (byte*)(_header->WriteSides + shards), isFirst);
        CompareRange("groups", (byte*)_header->Sentinel, (byte*)_header + _header->MapBytes, isFirst);
        for (uint shard = 0; shard < shards; shard++)
        {
            CompareTable(_header->Views[shard].Current, isFirst);
            CompareTable(_header->Views[shard].Previous, isFirst);
        }
    }

    private void CompareTable(TableRef table, bool isFirst)
    {
        if (!table.IsNone && table.Base != (byte*)_header->Sentinel)
        {
            CompareRange(
                "groups", table.Base, table.Base + table.Size.Bytes(GroupShape<ulong, ulong>.StrideBytes), isFirst);
        }
    }

    private void CompareRange(string part, byte* start, byte* end, bool isFirst)
    {
        for (byte* line = start; line < end; line += LineBytes)
        {
            ReadOnlySpan<byte> now = new(line, (int)Math.Min(LineBytes, end - line));
            if (!_memory.TryGetValue((nint)line, out byte[]? before))
            {
                // A table that has come during the operation was zero.
                before = isFirst ? now.ToArray() : new byte[now.Length];
                _memory.Add((nint)line, before);
            }

            if (!now.SequenceEqual(before))
            {
                _written[(nint)line] = part;
                now.CopyTo(before);
            }
        }
    }
}
