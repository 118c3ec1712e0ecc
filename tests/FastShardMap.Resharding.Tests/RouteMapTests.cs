namespace FastShardMap.Resharding.Tests;

/// <summary>Tables that were damaged on the control server, or edited by hand.</summary>
public class RouteMapTests
{
    private const string Nodes = """{"name":"a","weight":1},{"name":"b","weight":1}""";

    private const string Ranges =
        """{"first":0,"last":99,"node":0,"token":1},{"first":100,"last":16383,"node":1,"token":1}""";

    /// <summary>What the coordinator stores: a wave with the moves after it, and a wave that goes back.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("0 9 a b Planned, 10 19 a b Planned, 200 209 b a Planned")]
    [InlineData("0 9 a b Copying, 10 19 a b Planned, 200 209 b a Planned")]
    [InlineData("0 9 a b Cutover, 200 209 b a Cutover, 10 19 a b Planned")]
    [InlineData("0 9 a b RollingBack, 200 209 b a RollingBack")]
    [InlineData("0 9 b a Draining, 200 209 a b Draining")]
    [InlineData("0 9 b a Cleaning")]
    public void Constructor_LegalMoves_AreRead(string moves)
    {
        RouteMap map = MapOf(Nodes, Ranges, MovesOf(moves));
        Assert.Equal(moves.Length == 0 ? 0 : moves.Split(", ").Length, map.Document.Moves.Count);
    }

    [Theory]
    [InlineData("0 9 a a Cleaning")]
    [InlineData("0 9 a c Copying")]
    [InlineData("0 9 c a Copying")]
    [InlineData("0 9 a b 9")]
    [InlineData("0 9 a b -1")]
    [InlineData("0 9 a b Copying, 9 19 a b Copying")]
    [InlineData("0 9 a b Planned, 5 5 a b Planned")]
    [InlineData("0 9 a b Copying, 10 19 a b Verifying")]
    [InlineData("9 8 a b Copying")]
    [InlineData("16384 16383 a b Copying")]
    [InlineData("-1 9 a b Copying")]
    [InlineData("16383 16384 b a Copying")]
    public void Constructor_DamagedMoves_AreRefused(string moves) =>
        Assert.Throws<ReshardException>(() => MapOf(Nodes, Ranges, MovesOf(moves)));

    /// <summary>A third server owns a part of the slots of the move.</summary>
    [Fact]
    public void Constructor_MoveOfSlotsOfAThirdServer_IsRefused() => Assert.Throws<ReshardException>(
        () => MapOf(Nodes + """,{"name":"c","weight":1}""", Ranges, MovesOf("90 109 a c Planned")));

    [Theory]
    [InlineData("null", Ranges, "")]
    [InlineData(Nodes, "null", "")]
    [InlineData(Nodes, Ranges, "null")]
    [InlineData("""{"name":null,"weight":1},{"name":"b","weight":1}""", Ranges, "")]
    [InlineData(Nodes, Ranges, """{"first":0,"last":9,"to":"b","state":"Copying"}""")]
    public void Constructor_MissingEntries_AreRefused(string nodes, string ranges, string moves) =>
        Assert.Throws<ReshardException>(() => MapOf(nodes, ranges, moves));

    [Theory]
    [InlineData("nodes")]
    [InlineData("ranges")]
    [InlineData("moves")]
    public void Constructor_ListThatIsNull_IsRefused(string list)
    {
        (string Name, string Entries)[] lists = [("nodes", Nodes), ("ranges", Ranges), ("moves", "")];
        IEnumerable<string> texts = lists.Select(
            one => $"\"{one.Name}\":{(one.Name == list ? "null" : $"[{one.Entries}]")}");
        Assert.Throws<ReshardException>(() => Read($$"""{"epoch":1,"seed":0,{{string.Join(',', texts)}}}"""));
    }

    private static RouteMap MapOf(string nodes, string ranges, string moves) =>
        Read($$"""{"epoch":1,"seed":0,"nodes":[{{nodes}}],"ranges":[{{ranges}}],"moves":[{{moves}}]}""");

    private static RouteMap Read(string json) =>
        new(RouteDocument.Parse(System.Text.Encoding.UTF8.GetBytes(json)));

    /// <summary>Writes "first last from to state, …" as the control server has it.</summary>
    private static string MovesOf(string moves) => string.Join(',', moves.Split(
        ", ", StringSplitOptions.RemoveEmptyEntries).Select(move =>
        {
            string[] words = move.Split(' ');
            string state = words[4].All(char.IsAsciiLetter) ? $"\"{words[4]}\"" : words[4];
            return $$"""
                {"first":{{words[0]}},"last":{{words[1]}},"from":"{{words[2]}}","to":"{{words[3]}}",
                "state":{{state}},"previous":0,"token":2,"percent":0}
                """;
        }));
}
