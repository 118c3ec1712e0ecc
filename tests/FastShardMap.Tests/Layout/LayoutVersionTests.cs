using FastShardMap.Layout;
using FastShardMap.Tests.Conventions;

namespace FastShardMap.Tests.Layout;

/// <summary>
/// The bytes of a map change only with a new layout version: tools that read raw memory go by that number.
/// </summary>
public class LayoutVersionTests
{
    private const string UpdateVariable = "UPDATE_LAYOUT";

    private static string File => $"tests/FastShardMap.Tests/Layout/LayoutVersion{MapHeader.CurrentLayoutVersion}.txt";

    [Fact]
    public void Layout_OfTheCode_IsThatOfItsVersion()
    {
        string actual = LayoutDescription.OfTheCode();
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1" && !Repository.HasFile(File))
        {
            System.IO.File.WriteAllText(Repository.PathOf(File), actual);
        }

        string[] expectedLines = Repository.HasFile(File) ? Repository.ReadLines(File) : [];
        string[] actualLines = actual.Split('\n');
        IEnumerable<string> differences = expectedLines
            .Except(actualLines, StringComparer.Ordinal)
            .Select(line => "- " + line)
            .Concat(actualLines.Except(expectedLines, StringComparer.Ordinal).Select(line => "+ " + line));
        Assert.True(
            actualLines.SequenceEqual(expectedLines, StringComparer.Ordinal),
            $"""
            The layout of native memory is not the one recorded as version {MapHeader.CurrentLayoutVersion} in {File}.
            If the change is intended: raise MapHeader.CurrentLayoutVersion, so that older tools refuse maps that they
            cannot read. Correct native-layout-docs. Run this test once with {UpdateVariable}=1, which writes the file
            of the new version and never overwrites a file. Commit both. Do not change the files of earlier versions.
            {string.Join('\n', differences)}
            """);
    }

    [Fact]
    public void Layout_EveryEarlierVersion_IsRecorded()
    {
        for (uint version = 1; version <= MapHeader.CurrentLayoutVersion; version++)
        {
            Assert.True(
                Repository.HasFile($"tests/FastShardMap.Tests/Layout/LayoutVersion{version}.txt"),
                $"version {version}");
        }
    }

    [Fact]
    public void OfStructure_FieldsMovedResizedOrRenamed_Differs()
    {
        string[] descriptions =
        [
            LayoutDescription.OfStructure<Original>(),
            LayoutDescription.OfStructure<Swapped>(),
            LayoutDescription.OfStructure<Wider>(),
            LayoutDescription.OfStructure<Renamed>(),
        ];

        Assert.Equal("Original: 12 bytes\n  0 4 First\n  4 4 Second\n  8 2 Third\n", descriptions[0]);
        Assert.Equal(
            4,
            descriptions
                .Select(text => text[text.IndexOf(':', StringComparison.Ordinal)..])
                .Distinct(StringComparer.Ordinal)
                .Count());
    }

#pragma warning disable CS0649 // only their layouts matter
    private struct Original
    {
        public int First;
        public int Second;
        public short Third;
    }

    private struct Swapped
    {
        public int Second;
        public int First;
        public short Third;
    }

    private struct Wider
    {
        public int First;
        public int Second;
        public int Third;
    }

    private struct Renamed
    {
        public int First;
        public int Second;
        public short Fourth;
    }
#pragma warning restore CS0649
}
