using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastShardMap.Inspector.Reports;
using FastShardMap.Inspector.Tests.Rendering;
using FastShardMap.Tests.Conventions;

namespace FastShardMap.Inspector.Tests.Commands;

/// <summary>native-layout-docs/fsmap-json.md lists the fields of all JSON that the tool writes.</summary>
public sealed partial class JsonDocumentTests(PlannedTarget target) : IClassFixture<PlannedTarget>
{
    private const string Document = "native-layout-docs/fsmap-json.md";

    [Theory]
    [InlineData("list")]
    [InlineData("show", "sessions")]
    [InlineData("show", "articles")]
    [InlineData("check")]
    [InlineData("audit", "sessions")]
    [InlineData("entries", "sessions", "--limit", "2")]
    [InlineData("entries", "tokens")]
    public void Fields_OfACommand_AreDocumented(string command, params string[] rest)
    {
        (int code, string text) = SpecimenProcess.Run([command, target.Core, .. rest, "--json"]);
        Assert.InRange(code, ExitCode.Ok, ExitCode.Inconsistent);
        AssertDocumented(command, text.Split('\n')[0].EndsWith('}') ? text.Split('\n')[0] : text);
    }

    [Fact]
    public void Fields_OfDiff_AreDocumented() =>
        AssertDocumented("diff", SpecimenProcess.Run("diff", target.Core, target.LaterCore, "--json").Text);

    [Fact]
    public void Fields_OfLiveCommands_AreDocumented()
    {
        Assert.Equal(PropertiesOf<ProcessSummary>(), Documented("processes"));
        Assert.Equal(
            PropertiesOf<MapSample>().Select(name => $"Maps[].{name}").Append("Time").Order(StringComparer.Ordinal),
            Documented("watch"));
    }

    private static void AssertDocumented(string command, string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        SortedSet<string> paths = new(StringComparer.Ordinal);
        List<string> empty = [];
        Collect(document.RootElement, string.Empty, paths, empty);

        // An array without elements does not show the fields of its elements.
        IEnumerable<string> expected = Documented(command).Where(
            path => paths.Contains(path) || !empty.Exists(array => path.StartsWith(array, StringComparison.Ordinal)));
        Assert.Equal(paths, expected);
    }

    private static void Collect(JsonElement element, string path, SortedSet<string> paths, List<string> empty)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    Collect(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", paths, empty);
                }

                break;
            case JsonValueKind.Array when element.GetArrayLength() == 0:
                empty.Add(path);
                break;
            case JsonValueKind.Array when element[0].ValueKind == JsonValueKind.Object:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Collect(item, path.Length == 0 ? path : path + "[]", paths, empty);
                }

                break;
            default:
                paths.Add(path);
                break;
        }
    }

    private static string[] PropertiesOf<T>() =>
    [
        .. typeof(T)
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(static property => property.Name)
            .Order(StringComparer.Ordinal),
    ];

    private static string[] Documented(string command)
    {
        string section = Repository.ReadText(Document).Split("\n## ").Single(
            part => part.StartsWith($"`{command}`", StringComparison.Ordinal));
        return [.. Row().Matches(section).Select(row => row.Groups[1].Value).Order(StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"^\| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
