using System.Globalization;
using System.Text;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using Spectre.Console;

namespace FastShardMap.Bench.Compare;

/// <summary>Shows a comparison: on the terminal and as Markdown, with the same cells.</summary>
internal sealed class CompareReport(CompareResults results, MachineInfo machine, CompareOptions options)
{
    private static readonly string[] Header =
        ["work", "ShardMap", "ConcurrentDictionary", "floor / gap", "target", "measured (min .. max)", "met"];

    private static readonly string[] FloorHeader = ["floor", "4 KiB pages", "huge pages", "really huge"];

    public void Print(Terminal terminal)
    {
        Table floors = NewTable(terminal, FloorHeader);
        foreach (string[] row in FloorRows())
        {
            floors.AddRow(Array.ConvertAll(row, Markup.Escape));
        }

        if (results.Floors.Count > 0)
        {
            terminal.Console.Write(floors);
        }

        Table table = NewTable(terminal, Header);
        foreach (string[] row in FigureRows())
        {
            string[] cells = Array.ConvertAll(row, Markup.Escape);
            string colour = row[^1] switch
            {
                "yes" => "green",
                "NO" => "red",
                _ => "grey",
            };
            cells[^1] = $"[{colour}]{cells[^1]}[/]";
            table.AddRow(cells);
        }

        terminal.Console.Write(table);
        foreach (string note in Notes())
        {
            terminal.WriteLine(note);
        }

        if (results.TargetsMet == results.Targets.Count())
        {
            terminal.Success(Verdict());
        }
        else
        {
            terminal.Failure(Verdict());
        }
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        var facts = new MarkdownTable("machine", "");
        foreach ((string name, string value) in machine.Facts())
        {
            facts.Add(name, value);
        }

        text.Append(CultureInfo.InvariantCulture, $"{facts}\n");
        if (results.Floors.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{ToMarkdown(FloorHeader, FloorRows())}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{ToMarkdown(Header, FigureRows())}\n");
        foreach (string note in Notes())
        {
            text.Append(CultureInfo.InvariantCulture, $"- {note}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"\n{Verdict()}\n");
        return text.ToString();
    }

    /// <summary>The main table alone.</summary>
    public string FigureTable() => ToMarkdown(Header, FigureRows()).ToString();

    private string Verdict() => $"{results.TargetsMet} of {results.Targets.Count()} targets met";

    private IEnumerable<string> Notes()
    {
        yield return
            "ulong to ulong. Times are medians, for one operation of one thread; measured = ShardMap / the other, " +
            "pair by pair, median (min .. max). Goals are for later and do not count.";
        yield return
            $"{options.Repetitions} repetitions of lookups and overwrites, " +
            $"{options.SlowRepetitions} of what takes seconds; the maps take turns within each.";
        if (options.ShrinkFactor != 1)
        {
            yield return $"Sizes divided by {options.ShrinkFactor}: these figures prove nothing.";
        }

        foreach (string note in results.Notes)
        {
            yield return note;
        }
    }

    private IEnumerable<string[]> FigureRows()
    {
        foreach (Figure figure in results.Figures)
        {
            string Show(Spread spread) => spread.HasValue ? figure.Format(spread.Median) : "-";
            string[] row = [figure.Work, Show(figure.Ours), Show(figure.Theirs), Show(figure.Floor), "", "", ""];
            if (figure.Targets.Count == 0)
            {
                // Rows without a target still say how the two compare.
                row[4] = "-";
                row[5] = figure.Theirs.HasValue && figure.Theirs.Median != 0
                    ? $"{Units.Digits(figure.Ours.Median / figure.Theirs.Median)} x CD"
                    : "-";
                row[6] = "-";
                yield return row;
            }

            foreach (Target target in figure.Targets)
            {
                row[4] = target.IsGoal ? "goal " + target.Text : target.Text;
                row[5] = Measured(target);
                row[6] = (target.IsMet, target.IsGoal) switch
                {
                    (true, _) => "yes",
                    (false, false) => "NO",
                    (false, true) => "not yet",
                };
                yield return row;
                row = ["", "", "", "", "", "", ""];
            }
        }
    }

    private IEnumerable<string[]> FloorRows()
    {
        foreach (FloorFigure floor in results.Floors)
        {
            yield return
            [
                $"{floor.Pairs}, {floor.Form}",
                Units.Duration(floor.SmallPages.Median),
                Units.Duration(floor.HugePages.Median),
                double.IsNaN(floor.HugeShare) ? "-" : floor.HugeShare.ToString("P0", CultureInfo.InvariantCulture),
            ];
        }
    }

    private static string Measured(Target target)
    {
        Spread measured = target.Measured;
        return measured.Repetitions switch
        {
            0 => "-",
            1 => target.Format(measured.Median),
            _ => $"{target.Format(measured.Median)} ({target.Format(measured.Min)} .. {target.Format(measured.Max)})",
        };
    }

    private static Table NewTable(Terminal terminal, string[] header)
    {
        Table table = terminal.NewTable();
        for (int i = 0; i < header.Length; i++)
        {
            var column = new TableColumn(header[i]);
            table.AddColumn(i == 0 ? column : column.RightAligned());
        }

        return table;
    }

    private static MarkdownTable ToMarkdown(string[] header, IEnumerable<string[]> rows)
    {
        var table = new MarkdownTable(header);
        foreach (string[] row in rows)
        {
            table.Add([.. row]);
        }

        return table;
    }
}
