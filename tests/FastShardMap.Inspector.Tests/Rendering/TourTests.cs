using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FastShardMap.Inspector.Commands;
using FastShardMap.Tests.Conventions;

namespace FastShardMap.Inspector.Tests.Rendering;

/// <summary>The output in native-layout-docs/fsmap-tour.md is what the commands print. After a wanted change,
/// <c>FSMAP_GOLDEN=write</c> writes it anew.</summary>
public sealed partial class TourTests(PlannedTarget target) : IClassFixture<PlannedTarget>
{
    private const string Document = "native-layout-docs/fsmap-tour.md";
    private const string Prompt = "$ fsmap ";
    private const int Width = 100;

    [Fact]
    public void Output_OfEveryCommand_IsAsPrinted()
    {
        const int Digits = 12;
        string text = Repository.ReadText(Document);
        Assert.SkipUnless(
            SpecimenProcess.RunJson("list", target.Core)[0].GetProperty("Address").GetString()!.Length == Digits + 2,
            $"The page has addresses of {Digits} digits, and those of this system are shorter.");
        int commands = 0;
        string fresh = Block().Replace(text, block =>
        {
            commands++;
            string command = block.Groups[1].Value;
            return $"```text\n{Prompt}{command}\n{Run(command)}```";
        });
        if (Environment.GetEnvironmentVariable("FSMAP_GOLDEN") == "write")
        {
            File.WriteAllText(Repository.PathOf(Document), fresh);
        }

        Assert.True(commands >= 8, $"{Document} has {commands} commands.");
        Assert.Equal(Repository.ReadText(Document), fresh);
    }

    private string Run(string command)
    {
        string[] words =
        [
            .. Word().Matches(command).Select(match => match.Value.Trim('\'')).Select(
                word => word == "shop.core" ? target.Core : word == "later.core" ? target.LaterCore : word),
        ];
        using StringWriter writer = new();
        int code = CommandTree.Run(words, writer, width: Width);
        Assert.InRange(code, ExitCode.Ok, ExitCode.Inconsistent);
        StringBuilder shown = new();
        foreach (string line in WithPlainAddresses(WithoutNote(writer.ToString())).Split('\n'))
        {
            shown.Append(CultureInfo.InvariantCulture, $"{line.TrimEnd()}\n");
        }

        return shown.ToString().TrimEnd('\n') + "\n";
    }

    // Addresses differ from run to run; here, each is replaced by one that depends on the number of the map only.
    private string WithPlainAddresses(string text)
    {
        string[] known =
        [
            .. SpecimenProcess.RunJson("list", target.Core).EnumerateArray().Select(
                map => map.GetProperty("Address").GetString()!),
        ];
        return Address().Replace(
            text,
            match => string.Create(
                CultureInfo.InvariantCulture, $"0x7f5c{0x4410_0000 + (Array.IndexOf(known, match.Value) << 16):x8}"));
    }

    private static string WithoutNote(string text) =>
        Note().Replace(text.ReplaceLineEndings("\n"), string.Empty).Replace(
            "planned.core", "shop.core", StringComparison.Ordinal);

    [GeneratedRegex(@"```text\n\$ fsmap ([^\n]+)\n.*?```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"'[^']*'|\S+")]
    private static partial Regex Word();

    [GeneratedRegex(@"The managed\s+heap\s+cannot\s+be\s+read\s[^$]*?by\s+their\s+headers\.\s*\n")]
    private static partial Regex Note();

    [GeneratedRegex("0x[0-9a-f]{10,16}(?![0-9a-f])")]
    private static partial Regex Address();
}
