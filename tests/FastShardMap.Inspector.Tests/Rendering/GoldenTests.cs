using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FastShardMap.Inspector.Commands;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Tracing;
using FastShardMap.Tests.Conventions;

namespace FastShardMap.Inspector.Tests.Rendering;

/// <summary>
/// What every command shows at every width is what the files in the folder Golden say, addresses aside. After a wanted
/// change: <c>FSMAP_GOLDEN=write</c> writes them anew, for a look at what <c>git diff</c> says.
/// </summary>
public sealed partial class GoldenTests(PlannedTarget target) : IClassFixture<PlannedTarget>
{
    private static readonly string[] s_commands =
    [
        "list", "show sessions", "show locked", "show 3", "show articles", "check", "audit sessions", "diff",
        "entries articles --where value>1000", "entries tokens", "audit articles", "show pages",
        "entries pages --where value.Length<1000",
    ];

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(120)]
    [InlineData(200)]
    public void Command_AtAWidth_ShowsWhatTheGoldenFileSays(int width)
    {
        const int Digits = 12;
        Assert.SkipUnless(
            Address().Matches(InProcess("list", width)).All(match => match.Length == "0x".Length + Digits),
            $"The golden files have addresses of {Digits} digits, and those of this system are shorter.");
        StringBuilder all = new();
        foreach (string command in s_commands)
        {
            all.Append(CultureInfo.InvariantCulture, $"$ fsmap {command}\n").Append(InProcess(command, width));
        }

        all.Append("$ fsmap trace\n").Append(Trace(width));
        string text = Normalise(all.ToString());
        string file = GoldenFile(width);
        if (Environment.GetEnvironmentVariable("FSMAP_GOLDEN") == "write")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }

        Assert.Equal(File.ReadAllText(file), text);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(120)]
    [InlineData(129)]
    [InlineData(130)]
    [InlineData(200)]
    public void List_AtAWidth_HasEveryAddressWholeAndEveryLineFits(int width)
    {
        string[] addresses =
        [
            .. SpecimenProcess.RunJson("list", target.Core)
                .EnumerateArray()
                .Select(map => map.GetProperty("Address").GetString()!),
        ];
        string text = InProcess("list", width);

        Assert.Equal(9, addresses.Length);
        Assert.All(
            addresses,
            address => Assert.Matches($@"(?m)^  {Array.IndexOf(addresses, address) + 1} +{address}(\s|$)", text));

        // Entries are not folded, because programs read them.
        foreach (string command in s_commands.Where(static command => !IsEntries(command)))
        {
            string[] lines = WithoutNote(InProcess(command, width)).Split('\n');
            Assert.All(lines, line => Assert.True(Cells.Width(line.TrimEnd()) <= width, line));
        }
    }

    [Theory]
    [Trait("Category", "Heavy")]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(120)]
    [InlineData(200)]
    public void Command_InATerminal_ShowsTheSame(int width)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Opens terminals as Linux does.");

        // The role of the reading child: one process for each command instead of two.
        Dictionary<string, string> environment = new() { ["FSMAP_ROLE"] = "reader", ["COLUMNS"] = "77" };

        // Entries show their progress in a terminal.
        foreach (string command in s_commands.Where(static command => !IsEntries(command)))
        {
            string shown = PseudoTerminal.Run(width, environment, SpecimenProcess.ToolCommand(Arguments(command)));
            Assert.Equal(Normalise(InProcess(command, width)), Normalise(shown));
        }
    }

    [Theory]
    [Trait("Category", "Heavy")]
    [InlineData("60", 60)]
    [InlineData("120", 120)]
    [InlineData("0", 200)]
    [InlineData("wide", 200)]
    public void Command_Redirected_FollowsTheVariable(string columns, int width)
    {
        (int code, string text, _) = SpecimenProcess.RunProcess(
            ["/usr/bin/env", $"COLUMNS={columns}", .. SpecimenProcess.ToolCommand("show", target.Core, "locked")]);

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(Normalise(InProcess("show locked", width == 200 ? null : width)), Normalise(text));
    }

    [Fact]
    public void Table_ColumnsThatDoNotFit_AreNamed() =>
        Assert.Contains("(no room for: groups, probe length, ", InProcess("show locked", 60), StringComparison.Ordinal);

    private static bool IsEntries(string command) => command.StartsWith("entries", StringComparison.Ordinal);

    private static string GoldenFile(int width) =>
        Path.Combine(Repository.Root, "tests/FastShardMap.Inspector.Tests/Rendering/Golden", $"{width}.txt");

    // Addresses keep their width. That there is no managed heap, and why, is said with the path of the dump.
    private static string Normalise(string text) => string.Join('\n', Address()
        .Replace(WithoutNote(text), static address => "0x" + new string('a', address.Length - 2))
        .Split('\n')
        .Select(static line => line.TrimEnd()));

    private static string WithoutNote(string text) => Note().Replace(text.ReplaceLineEndings("\n"), string.Empty);

    [GeneratedRegex(@"The managed\s+heap\s+cannot\s+be\s+read\s[^$]*?by\s+their\s+headers\.\s*\n")]
    private static partial Regex Note();

    [GeneratedRegex("0x[0-9a-f]{6,16}(?![0-9a-f])")]
    private static partial Regex Address();

    private string InProcess(string command, int? width)
    {
        using StringWriter writer = new();
        int code = CommandTree.Run(Arguments(command), writer, width: width);
        Assert.InRange(code, ExitCode.Ok, ExitCode.Inconsistent);
        return writer.ToString();
    }

    private string[] Arguments(string command)
    {
        string[] words = command.Split(' ');
        return words[0] == "diff" ? ["diff", target.Core, target.LaterCore] : [words[0], target.Core, .. words[1..]];
    }

    private static string Trace(int width)
    {
        const ulong First = 0x7f00_0000_1000;
        const ulong Second = 0x7f00_0000_2000;
        LockTrace trace = new() { Duration = TimeSpan.FromSeconds(4) };
        trace.ThreadNames[11] = "Anna";
        trace.ThreadNames[10] = PlannedTarget.HostileName;
        trace.ThreadNames[9] = new string('n', 3_000);
        trace.Maps[First] = new TracedMap("ShardMap<Int32, Int32>", "first");
        CallStack stack = new(
            [
                "FastShardMap.ShardMap`2.set_Item(!0,!1)",
                "Shop.Checkout.Reservations.OrderReservationService.<ReserveAsync>b__0(int32)",
            ],
            "Shop.Checkout.Reservations.OrderReservationService.<ReserveAsync>b__0");
        List<WaitSegment> segments = [Wait(11, 10, First, 600), Wait(10, 9, Second, 580), Wait(12, 9, Second, 20)];
        WaitSegment Wait(int waiter, int owner, ulong map, int milliseconds) =>
            new(waiter, owner, map, 3, TimeSpan.Zero, TimeSpan.FromMilliseconds(milliseconds), stack);
        List<BlockingChain> chains = BlockingChains.From(segments);
        using StringWriter writer = new();
        Output output = new(writer, width);
        TraceCommand.PrintWaits(trace, segments, output);
        TraceCommand.PrintChains(trace, chains, output);
        output.Line(Verdict.Of(trace, chains));
        return writer.ToString();
    }
}
