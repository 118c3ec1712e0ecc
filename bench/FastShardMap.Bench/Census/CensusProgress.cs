using FastShardMap.Bench.Reporting;
using Spectre.Console;

namespace FastShardMap.Bench.Census;

/// <summary>
/// A progress bar a stage, drawn only when a worker says so: a bar that redraws itself by a timer would interrupt the
/// operations being timed. Where the output is no terminal, nothing is drawn.
/// </summary>
internal sealed class CensusProgress
{
    private readonly ProgressContext? _context;
    private ProgressTask? _task;

    private CensusProgress(ProgressContext? context) => _context = context;

    public static void Run(Terminal terminal, Action<CensusProgress> work)
    {
        if (!terminal.IsLive)
        {
            work(new CensusProgress(context: null));
            return;
        }

        terminal.Console.Progress()
            .AutoRefresh(enabled: false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .Start(context => work(new CensusProgress(context)));
    }

    /// <summary>Begins a stage and returns what reports its share done; null where nothing is drawn.</summary>
    public Action<double>? Start(string stage)
    {
        if (_context is null)
        {
            return null;
        }

        End();
        ProgressTask task = _context.AddTask(stage, maxValue: 1.0);
        _task = task;
        _context.Refresh();
        return share =>
        {
            task.Value = share;
            _context.Refresh();
        };
    }

    public void End()
    {
        if (_task is not null)
        {
            _task.Value = 1.0;
            _task.StopTask();
            _context!.Refresh();
        }
    }
}
