using System.Runtime.CompilerServices;
using FastShardMap.Inspector.Checking;
using FastShardMap.Inspector.Maps;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Tests.Maps;

public sealed class NativeMapTests
{
    [Fact]
    public void TryRead_NamedMap_KnowsNamesTypesAndOptions()
    {
        using ShardMap<Guid, EnumKey<DayOfWeek>> map = new(new ShardMapOptions
        {
            Name = "Zähler ★",
            ShardCount = 8,
            HugePages = true,
            BackgroundMigration = true,
            MigrationStepGroups = 5,
        });
        NativeMap native = Read(SnapshotMemory.Of(map, out ulong address), address);

        Assert.Equal("Zähler ★", native.UserName);
        Assert.Equal("System.Guid", native.KeyType);
        Assert.Equal("FastShardMap.EnumKey`1[System.DayOfWeek]", native.ValueType);
        Assert.Equal("FastShardMap.DefaultHasher`1[System.Guid]", native.HasherType);
        Assert.Equal("ShardMap<Guid, EnumKey<DayOfWeek>>", native.TypeText);
        Assert.Equal("huge pages, background migration", native.OptionsText);
        Assert.Equal(8, native.ShardCount);
        Assert.Equal(5u, native.Header.MigrationStepGroups);
        Assert.InRange(
            DateTime.UtcNow - new DateTime(native.Header.CreatedTicks, DateTimeKind.Utc),
            TimeSpan.Zero,
            TimeSpan.FromMinutes(10));
        Assert.False(native.IsDisposed);
    }

    [Fact]
    public void TryRead_LongName_IsCutAtACharacter()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { Name = new string('ä', 200) });
        NativeMap native = Read(SnapshotMemory.Of(map, out ulong address), address);

        Assert.Equal(new string('ä', MapHeader.NameBytes / 2), native.UserName);
    }

    [Fact]
    public void TryRead_OtherLayoutVersion_SaysSo()
    {
        using ShardMap<int, int> map = new();
        SnapshotMemory memory = SnapshotMemory.Of(map, out ulong address);
        memory.Set(address + 8, 99u);

        Assert.Null(NativeMap.TryRead(memory, address, out string? problem));
        Assert.Contains("layout version 99", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_GroupsOfManyMegabytes_AreNotBelieved()
    {
        using ShardMap<int, int> map = new();
        SnapshotMemory memory = SnapshotMemory.Of(map, out ulong address);
        MapHeader header = memory.Get<MapHeader>(address);
        header.StrideBytes = 1 << 30;
        memory.Set(address, header);

        Assert.Null(NativeMap.TryRead(memory, address, out string? problem));
        Assert.Contains("contradicts itself", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_LargestEntries_AreBelieved()
    {
        using ShardMap<long, Wide> map = new();

        Assert.Equal(8_184u, Read(SnapshotMemory.Of(map, out ulong address), address).Header.ValueBytes);
    }

    [Fact]
    public void Read_LengthsThatAreNotThoseOfTheTypes_AreNoKnownTypes()
    {
        using ShardMap<ulong, ulong> numbers = new();
        numbers[1] = 2;
        SnapshotMemory memory = SnapshotMemory.Of(numbers, out ulong address);
        MapHeader header = memory.Get<MapHeader>(address);
        header.KeyBytes = sizeof(uint);
        memory.Set(address, header);
        Assert.Null(Read(memory, address).KeyHash);
        Assert.Equal(0, MapChecker.Check(Read(memory, address)).Errors);

        using BlobShardMap blobs = new();
        blobs.Set("key", "value"u8);
        memory = SnapshotMemory.Of(blobs.Inner, out address);
        Assert.True(Read(memory, address).HasBlobs);
        header = memory.Get<MapHeader>(address);
        header.ValueBytes = sizeof(ulong);
        memory.Set(address, header);
        Assert.False(Read(memory, address).HasBlobs);
        _ = MapChecker.Check(Read(memory, address));
    }

    [Fact]
    public void Read_Shard_CountsWhatTheMapKnows()
    {
        using ShardMap<ulong, ulong> map = new(new ShardMapOptions { ShardCount = 4, MigrationStepGroups = 1 });
        ulong key = 0;
        while (map.Count < 2_000 || map.GetStatistics().MigrationsActive == 0)
        {
            map[key++] = key;
        }

        NativeMap native = Read(SnapshotMemory.Of(map, out ulong address), address);
        ShardFigures[] shards = [.. Enumerable.Range(0, 4).Select(shard => ShardFigures.Read(native, shard)!)];
        ShardMapStatistics known = map.GetStatistics();

        Assert.Equal(known.Count, shards.Sum(shard => shard.Entries));
        Assert.Equal(known.Count, shards.Sum(shard => shard.Side.Count));
        Assert.Equal(known.LargestShardCount, shards.Max(shard => shard.Entries));
        Assert.Equal(known.Capacity, shards.Sum(shard => shard.Side.MaxEntries));
        Assert.Equal(known.Groups, shards.Sum(shard => (long)shard.CurrentGroups));
        Assert.Equal(known.MigrationsActive, shards.Count(shard => shard.IsMigrating));
        Assert.Equal(known.Groups, shards.Sum(shard => shard.GroupsByFill.Sum()));
        Assert.All(
            shards.Where(shard => shard.IsMigrating),
            shard => Assert.Equal(shard.Side.MigrationCursor, shard.MovedGroups));
        Assert.Equal(
            map.GetProbeLengths(),
            Enumerable.Range(0, 32).Select(length => shards.Sum(shard => shard.EntriesByProbeLength[length])));
    }

    [Theory]
    [InlineData("System.UInt64", "UInt64")]
    [InlineData("A.B`1[C.D]", "B<D>")]
    [InlineData("A.B`2[C.D+E,F.G`1[H.I]]", "B<E, G<I>>")]
    [InlineData("FastShardMap.ShardMap<System.Int32, System.Int64>", "ShardMap<Int32, Int64>")]
    public void Short_NameOfAType_HasNoNamespaces(string name, string expected) =>
        Assert.Equal(expected, TypeNames.Short(name));

    [Theory]
    [InlineData("A.B`1[C.D]", "C.D")]
    [InlineData("A.B`1[A.B`1[C.D]]", "A.B`1[C.D]")]
    [InlineData("A.B`1[]", null)]
    [InlineData("A.B`1[", null)]
    [InlineData("A.B`1]", null)]
    [InlineData("A.B`10[C]", null)]
    [InlineData("X.B`1[C.D]", null)]
    public void ArgumentOf_NameOfAType_IsThatOfTheGenericType(string name, string? expected) =>
        Assert.Equal(expected, TypeNames.ArgumentOf(name, "A.B`1"));

    private static NativeMap Read(SnapshotMemory memory, ulong address)
    {
        NativeMap? map = NativeMap.TryRead(memory, address, out string? problem);
        Assert.True(map is not null, problem);
        return map;
    }

    [InlineArray(8_184)]
    private struct Wide
    {
        private byte _first;
    }
}
