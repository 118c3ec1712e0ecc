using FastShardMap.Inspector.Maps;
using FastShardMap.Inspector.Reports;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Tests.Reports;

/// <summary>Which map is meant by a word.</summary>
public sealed class MapCatalogTests : IDisposable
{
    private readonly List<ShardMap<int, int>> _maps = [];
    private readonly List<FoundMap> _found = [];

    [Theory]
    [InlineData("sessions", 0)]
    [InlineData("1", 0)]
    [InlineData("3", 2)]
    [InlineData("c0de", 3)]
    public void Choose_NameOrNumber_IsTheMap(string wanted, int expected)
    {
        Add("sessions", "orders", "", "c0de");

        Assert.Same(_found[expected], MapCatalog.Choose(_found, wanted, "x.dmp"));
    }

    [Theory]
    [InlineData("sess", 0)]
    [InlineData("SESSIONS", 0)]
    [InlineData("order", 1)]
    [InlineData("orders by", 3)]
    public void Choose_BeginningOfOneName_IsTheMap(string wanted, int expected)
    {
        Add("sessions", "order", "", "orders by venue");

        Assert.Same(_found[expected], MapCatalog.Choose(_found, wanted, "x.dmp"));
    }

    [Fact]
    public void Choose_BeginningOfSeveralNames_SaysWhich()
    {
        Add("order", "sessions", "orders by venue");
        InspectionException refused = Assert.Throws<InspectionException>(
            () => MapCatalog.Choose(_found, "ord", "x.dmp"));

        Assert.Contains("'ord' matches several maps", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sessions", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_Address_WithAndWithoutPrefix()
    {
        Add("sessions", "orders");

        Assert.Same(_found[1], MapCatalog.Choose(_found, $"{_found[1].Header:x}", "x.dmp"));
        Assert.Same(_found[1], MapCatalog.Choose(_found, $"0x{_found[1].Header:X}", "x.dmp"));
        Assert.Same(_found[1], MapCatalog.Choose(_found, $"{_found[1].Object:X}", "x.dmp"));
    }

    [Fact]
    public void Choose_NothingSaid_IsTheOnlyMap()
    {
        Add("sessions");
        Assert.Same(_found[0], MapCatalog.Choose(_found, null, "x.dmp"));
        Add("orders");
        InspectionException refused = Assert.Throws<InspectionException>(
            () => MapCatalog.Choose(_found, null, "x.dmp"));

        Assert.Equal(ExitCode.Unusable, refused.ExitCode);
        Assert.StartsWith(
            "There are 2 maps in x.dmp. Give one by its name, number or address:\n",
            refused.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            $"\n    2  0x{_found[1].Header:x}  orders  ShardMap<Int32, Int32>, steady, 0 entries",
            refused.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_NameOfSeveral_SaysWhich()
    {
        Add("sessions", "orders", "sessions");
        InspectionException refused = Assert.Throws<InspectionException>(
            () => MapCatalog.Choose(_found, "sessions", "x.dmp"));

        Assert.StartsWith(
            "'sessions' matches several maps in x.dmp. Give the address of one:\n    1  0x",
            refused.Message,
            StringComparison.Ordinal);
        Assert.Contains($"\n    3  0x{_found[2].Header:x}  sessions", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("orders", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_NameThatIsAlsoANumber_SaysWhich()
    {
        Add("2", "orders");
        InspectionException refused = Assert.Throws<InspectionException>(() => MapCatalog.Choose(_found, "2", "x.dmp"));

        Assert.Contains("matches several maps", refused.Message, StringComparison.Ordinal);
        Add("3");
        Assert.Same(_found[2], MapCatalog.Choose(_found, "3", "x.dmp"));
    }

    [Theory]
    [InlineData("sessions2")]
    [InlineData("ession")]
    [InlineData("0")]
    [InlineData("3")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("\u001b[2J")]
    public void Choose_NothingOfThat_SaysWhatThereIs(string wanted)
    {
        Add("sessions", "");
        InspectionException refused = Assert.Throws<InspectionException>(
            () => MapCatalog.Choose(_found, wanted, "x.dmp"));

        Assert.Contains(
            "is neither the name nor the number nor the address of a map in x.dmp. The maps are:\n    1  0x",
            refused.Message,
            StringComparison.Ordinal);
        Assert.Contains("  sessions  ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', refused.Message);
    }

    [Fact]
    public void Order_Maps_AreNumberedByTheirCreation()
    {
        Add("first", "second", "third");
        FoundMap unreadable = new(1, 2, null, null, "gone", "nothing");

        Assert.Equal([.. _found, unreadable], MapCatalog.Order([unreadable, _found[2], _found[0], _found[1]]));
    }

    public void Dispose() => _maps.ForEach(map => map.Dispose());

    private void Add(params string[] names)
    {
        foreach (string name in names)
        {
            ShardMap<int, int> map = new(new ShardMapOptions { Name = name.Length == 0 ? null : name, ShardCount = 1 });
            _maps.Add(map);
            SnapshotMemory memory = SnapshotMemory.Of(map, out ulong address);
            MapHeader header = memory.Get<MapHeader>(address);
            header.CreatedTicks = _found.Count;
            memory.Set(address, header);
            _found.Add(
                new FoundMap(
                    address,
                    0x7000_0000_0000 + (ulong)_found.Count,
                    null,
                    NativeMap.TryRead(memory, address, out _),
                    null,
                    "nothing"));
        }
    }
}
