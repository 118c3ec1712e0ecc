using FastShardMap.Inspector.Maps;

namespace FastShardMap.Inspector.Tests.Maps;

public sealed class LibraryTypesTests
{
    private const string Map = "FastShardMap.ShardMap<";

    [Theory]
    [InlineData("FastShardMap.ShardMap<System.Int32, System.Int64>", true)]
    [InlineData("FastShardMap.ShardMap<System.Int32, System.Int64, FastShardMap.DefaultHasher<System.Int32>>", true)]
    [InlineData("FastShardMap.ShardMap<Program+<Main>d__0, N.Pair<System.Byte, System.Byte>[]>", true)]
    [InlineData("FastShardMap.ShardMap<System.Int32, System.Int64>[]", false)]
    [InlineData("FastShardMap.ShardMap<System.Int32, System.Int64>[,]", false)]
    [InlineData("FastShardMap.ShardMap<System.Int32, System.Int64>[][]", false)]
    [InlineData("FastShardMap.ShardMap<System.Int32, System.Int64>+Enumerator", false)]
    [InlineData("FastShardMap.ShardMap<System.Int32, System.Int64>+Enumerator<System.Byte>", false)]
    [InlineData("FastShardMap.ShardMap<System.Int32", false)]
    [InlineData("FastShardMap.ShardMapOptions", false)]
    [InlineData("System.Collections.Generic.List<FastShardMap.ShardMap<System.Int32, System.Int64>>", false)]
    [InlineData(null, false)]
    public void IsInstanceName_Name_IsTrueForTheTypeItselfAlone(string? name, bool expected) =>
        Assert.Equal(expected, LibraryTypes.IsInstanceName(name, Map));

    [Theory]
    [InlineData("/app/FastShardMap.dll", true, false)]
    [InlineData("FastShardMap", true, false)]
    [InlineData("/app/FastShardMap.Auditing.Logging.dll", true, false)]
    [InlineData("/app/FastShardMap.Shop.dll", false, false)]
    [InlineData("/usr/share/dotnet/System.Private.CoreLib.dll", false, true)]
    [InlineData("Microsoft.AspNetCore.Routing", false, true)]
    [InlineData("/app/Systematic.dll", false, false)]
    [InlineData(null, false, false)]
    public void IsLibrary_Module_IsToldFromOthers(string? module, bool library, bool framework)
    {
        Assert.Equal(library, LibraryTypes.IsLibrary(module));
        Assert.Equal(framework, LibraryTypes.IsFramework(module));
    }
}
