using System.Text.Json;
using Microsoft.Diagnostics.NETCore.Client;

namespace FastShardMap.Inspector.Tests.Checking;

/// <summary>
/// A sound process full of arrays, lists, enumerators, tasks and closures around maps. Heavy: needs ptrace and dumps.
/// </summary>
[Trait("Category", "Heavy")]
public sealed class HolderTests : IDisposable
{
    private const string Static = "static FastShardMap.Inspector.Specimen.Holders";
    private readonly OtherProcess _process = new("holders");
    private readonly string _dump = Path.Combine(Path.GetTempPath(), $"fsmap-holders-{Guid.NewGuid():N}.dmp");

    public void Dispose()
    {
        _process.Dispose();
        File.Delete(_dump);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Check_ObjectsAroundMaps_FindsNothing(bool live)
    {
        string target = TargetOf(live);
        (int code, string text) = SpecimenProcess.Run("check", target);
        Assert.True(code == ExitCode.Ok, text);
        Assert.DoesNotContain("BROKEN", text, StringComparison.Ordinal);

        JsonElement[] maps = [.. SpecimenProcess.RunJson("check", target).EnumerateArray()];
        Assert.All(maps, map => Assert.Empty(map.GetProperty("Examples").EnumerateArray()));
        string[] known = ["array 0", "array 1", "list", "deep", "captured", "listened"];
        Assert.All(
            known,
            name => Assert.Single(
                maps, map => map.GetProperty("Map").GetString()!.Contains($"'{name}'", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void List_ObjectsAroundMaps_NamesTheProgramsShortestPath(bool live)
    {
        JsonElement[] maps = [.. SpecimenProcess.RunJson("list", TargetOf(live)).EnumerateArray()];
        Assert.DoesNotContain(maps, map => map.GetProperty("State").GetString() == "unreadable");
        Assert.Equal($"{Static}.s_array → ShardMap<Int32, Int32>[]", RootOf("array 0"));
        Assert.Equal($"{Static}.s_list → List<ShardMap<Int32, Int32>> → ShardMap<Int32, Int32>[]", RootOf("list"));
        Assert.Equal($"{Static}.s_deep → Branch → Branch → Branch", RootOf("deep"));
        Assert.StartsWith(
            $"{Static}.s_never → TaskCompletionSource → Task → ", RootOf("captured"), StringComparison.Ordinal);
        Assert.StartsWith($"{Static}.s_listener → MeterListener → ", RootOf("listened"), StringComparison.Ordinal);
        Assert.Contains(maps, map => map.GetProperty("RootedBy").GetString() == $"{Static}.s_subclass");

        // What the library holds for itself says nothing about the program.
        Assert.DoesNotContain(
            maps,
            map => map
                .GetProperty("RootedBy")
                .GetString()!.Contains("static FastShardMap.Diagnostics", StringComparison.Ordinal));

        string? RootOf(string name) =>
            maps.Single(map => map.GetProperty("Name").GetString() == name).GetProperty("RootedBy").GetString();
    }

    private string TargetOf(bool live)
    {
        if (live)
        {
            return _process.IdText;
        }

        new DiagnosticsClient(_process.Id).WriteDump(DumpType.WithHeap, _dump);
        return _dump;
    }
}
