using System.Globalization;
using System.Text;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;
using FastShardMap.Bench.Targets;

namespace FastShardMap.Bench.Compare;

/// <summary>Shows a comparison: on the terminal and as Markdown, with the same cells.</summary>
internal sealed class CompareReport(CompareResults results, MachineInfo machine, CompareOptions options) : IReport
{
    private static readonly string[] Header =
        ["work", "ShardMap", "ConcurrentDictionary", "floor / gap", "target", "measured (min .. max)", "met"];

    private static readonly string[] FloorHeader = ["floor", "4 KiB pages", "huge pages", "really huge"];

    private static readonly string[] PeerHeader =
        ["work", "map", "time", "x ConcurrentDictionary (min .. max)"];

    public void Print(Terminal terminal)
    {
        if (results.Floors.Count > 0)
        {
            terminal.WriteTable(FloorHeader, FloorRows(), isNamed: true);
        }

        terminal.WriteTable(Header, FigureRows(), isNamed: true, static verdict => verdict switch
        {
            "yes" => "green",
            "NO" => "red",
            _ => "grey",
        });
        if (results.Peers.Count > 0)
        {
            terminal.WriteTable(PeerHeader, PeerRows(), isNamed: true);
        }

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
        StringBuilder text = new();
        MarkdownTable facts = new("machine", "");
        foreach ((string name, string value) in machine.Facts())
        {
            facts.Add(name, value);
        }

        text.Append(CultureInfo.InvariantCulture, $"{facts}\n");
        if (results.Floors.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{MarkdownTable.Of(FloorHeader, FloorRows())}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{FigureTable()}\n");
        if (results.Peers.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{MarkdownTable.Of(PeerHeader, PeerRows())}\n");
        }

        foreach (string note in Notes())
        {
            text.Append(CultureInfo.InvariantCulture, $"- {note}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"\n{Verdict()}\n");
        return text.ToString();
    }

    /// <summary>The main table alone.</summary>
    public string FigureTable() => MarkdownTable.Of(Header, FigureRows());

    /// <summary>Those rows whose work is named, with the times of both maps only.</summary>
    public string ShortTable(IReadOnlyList<string> works) => MarkdownTable.Of(
        Header[..3],
        from work in works
        from figure in results.Figures
        where figure.Work == work
        select new[] { work, figure.Format(figure.Ours.Median), figure.Format(figure.Theirs.Median) });

    private string Verdict() => $"{results.TargetsMet} of {results.Targets.Count()} targets met";

    private IEnumerable<string> Notes()
    {
        yield return
            "ulong to ulong unless said otherwise. Times are medians, for one operation of one thread; measured = " +
            "ShardMap / the other, pair by pair, median (min .. max). Goals are for later and do not count.";
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

            foreach (Judgement one in figure.Targets)
            {
                row[4] = one.Target.IsGoal ? "goal " + one.Target.Text : one.Target.Text;
                row[5] = one.Shown;
                row[6] = (one.IsMet, one.Target.IsGoal) switch
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

    private IEnumerable<string[]> PeerRows()
    {
        string last = string.Empty;
        foreach (PeerFigure peer in results.Peers)
        {
            Spread ratio = peer.OfDictionary;
            yield return
            [
                peer.Work == last ? string.Empty : peer.Work,
                peer.Map,
                Units.Duration(peer.Time.Median),
                $"{Units.Digits(ratio.Median)} ({Units.Digits(ratio.Min)} .. {Units.Digits(ratio.Max)})",
            ];
            last = peer.Work;
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
}
