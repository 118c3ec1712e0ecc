using FastShardMap.Inspector.Entries;
using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Tests.Commands;

/// <summary>What the commands say of maps whose memory is missing or damaged in part.</summary>
public sealed unsafe class DamagedMapTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fsmap-damaged-").FullName;
    private readonly ShardMap<ulong, ulong> _map = new(new ShardMapOptions { Name = "damaged", ShardCount = 2 });

    public DamagedMapTests()
    {
        for (ulong key = 0; key < 3_000; key++)
        {
            _map[key] = key;
        }
    }

    public void Dispose()
    {
        _map.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Show_GroupsThatCannotBeRead_AreSaidWithACode()
    {
        SnapshotMemory memory = SnapshotMemory.Of(_map, out ulong address);
        TableRef table = TableRef.FromWord(memory.Get<ulong>((ulong)memory.Get<MapHeader>(address).Views + 8));
        memory.Remove((ulong)table.Base);
        string core = Write(memory);

        (int code, string text) = SpecimenProcess.Run("show", core);
        Assert.Equal(ExitCode.Inconsistent, code);
        Assert.Contains(
            $"VERDICT: {table.Groups:N0} groups cannot be read; the entries in them are not counted.",
            text,
            StringComparison.Ordinal);
        Assert.Equal(ExitCode.Inconsistent, SpecimenProcess.Run("show", core, "--json").Code);
        Assert.Equal(ExitCode.Ok, SpecimenProcess.Run("show", Write(SnapshotMemory.Of(_map, out _))).Code);
    }

    [Fact]
    public void Show_NoShardThatCanBeRead_SaysSo()
    {
        SnapshotMemory memory = new();
        memory.Copy((byte*)_map.Shards.Header, MapHeader.Bytes);
        string core = Write(memory);
        string page = Path.Combine(_folder, "page.html");

        (int code, string text) = SpecimenProcess.Run("show", core);
        Assert.Equal(ExitCode.Inconsistent, code);
        Assert.Contains("VERDICT: 2 shards cannot be read", text, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Inconsistent, SpecimenProcess.Run("show", core, "--html", page).Code);
        Assert.Contains("2 shards cannot be read", File.ReadAllText(page), StringComparison.Ordinal);
    }

    /// <summary>Sums of damaged counters are wrong, but they are shown with the rest.</summary>
    [Fact]
    public void Command_CountersThatOverflow_DoesNotFail()
    {
        SnapshotMemory memory = SnapshotMemory.Of(_map, out ulong address);
        using ShardMap<ulong, ulong> other = new(new ShardMapOptions { ShardCount = 1 });
        ulong second = memory.Add(other);
        foreach (ulong map in (ulong[])[address, second])
        {
            MapHeader header = memory.Get<MapHeader>(map);
            for (int shard = 0; shard < header.ShardCount; shard++)
            {
                ulong place = (ulong)(header.WriteSides + shard);
                WriteSide side = memory.Get<WriteSide>(place);
                side.Count = map == address && shard > 0 ? 0 : long.MaxValue;
                side.MaxEntries = long.MaxValue;
                side.LockWaits = long.MaxValue;
                side.ReadFallbacks = long.MaxValue;
                memory.Set(place, side);
            }
        }

        string core = Write(memory);
        using ShardMap<int, int> gone = new();
        string before = Write(SnapshotMemory.Of(gone, out _), "before.core");
        string page = Path.Combine(_folder, "page.html");
        Assert.Equal(ExitCode.Ok, SpecimenProcess.Run("list", core).Code);
        Assert.Equal(ExitCode.Ok, SpecimenProcess.Run("show", core, "damaged").Code);
        Assert.Equal(ExitCode.Ok, SpecimenProcess.Run("show", core, "damaged", "--html", page).Code);
        Assert.Equal(ExitCode.Ok, SpecimenProcess.Run("diff", before, core).Code);
    }

    /// <summary>The rest of the map, which may be huge, is not read once the limit is reached.</summary>
    [Fact]
    public void Walk_VisitorThatHasEnough_EndsTheWalk()
    {
        NativeMap native = NativeMap.TryRead(SnapshotMemory.Of(_map, out ulong address), address, out _)!;
        int visited = 0;
        List<int> shards = [];
        EntryStream.Walk(native, (_, _) => ++visited < 5, shards.Add);

        Assert.Equal(5, visited);
        Assert.Empty(shards);
    }

    [Fact]
    public void Entries_Limit_EndsBeforeWhatCannotBeRead()
    {
        SnapshotMemory memory = SnapshotMemory.Of(_map, out ulong address);
        ulong views = (ulong)memory.Get<MapHeader>(address).Views;
        memory.Remove((ulong)TableRef.FromWord(memory.Get<ulong>(views + ReadView.Bytes + 8)).Base);
        string core = Write(memory);

        (int code, string text) = SpecimenProcess.Run("entries", core, "--limit", "3");
        Assert.Equal((ExitCode.Ok, 3), (code, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
        Assert.Equal(ExitCode.Inconsistent, SpecimenProcess.Run("entries", core).Code);
    }

    private string Write(SnapshotMemory memory, string name = "damaged.core")
    {
        string core = Path.Combine(_folder, name);
        CoreFile.Write(core, memory, DateTime.UnixEpoch);
        return core;
    }
}
