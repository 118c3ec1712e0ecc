using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench;

/// <summary>What commands do around what they measure.</summary>
internal static class CommandRun
{
    public const int Done = 0;

    /// <summary>A measurement found a fault, or figures fall short of their targets.</summary>
    public const int Failed = 1;

    public const int BadInput = 2;

    /// <summary>Runs a command; maps that disagree end it with a message.</summary>
    public static int Guarded(string name, Func<Terminal, int> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        try
        {
            return run(Terminal.Create());
        }
        catch (AnswersDifferException exception)
        {
            Console.Error.WriteLine($"{name}: {exception.Message}");
            return Failed;
        }
    }

    /// <summary>Shows a report, and writes it to a file if one is named.</summary>
    public static void Show(IReport report, Terminal terminal, string? markdownPath)
    {
        ArgumentNullException.ThrowIfNull(report);
        report.Print(terminal);
        if (markdownPath is not null)
        {
            File.WriteAllText(markdownPath, report.ToMarkdown());
        }
    }
}
