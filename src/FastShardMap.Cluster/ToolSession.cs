using System.Globalization;
using FastShardMap.Resharding;
using FastShardMap.Routing;
using Spectre.Console;

namespace FastShardMap.Cluster;

/// <summary>What the commands do, for independent servers and for those in cluster mode.</summary>
internal sealed class ToolSession : IAsyncDisposable
{
    private const string DryRun = "Nothing was changed. Add --yes to do it.";
    private const int MostLines = 1000; // more than any bar has

    private readonly Resharder? _independent;
    private readonly ClusterResharder? _cluster;
    #pragma warning disable CA2213 // the caller's
    private readonly TextWriter _output;
    #pragma warning restore CA2213
    private readonly IAnsiConsole _console;
    private readonly CancellationToken _cancellationToken;

    private ToolSession(
        Resharder? independent,
        ClusterResharder? cluster,
        TextWriter output,
        bool? isTerminal,
        CancellationToken cancellationToken)
    {
        _independent = independent;
        _cluster = cluster;
        _output = output;
        _cancellationToken = cancellationToken;
        (AnsiSupport ansi, InteractionSupport interaction) = isTerminal switch
        {
            null when !Console.IsOutputRedirected && output == Console.Out =>
                (AnsiSupport.Detect, InteractionSupport.Detect),
            true => (AnsiSupport.Yes, InteractionSupport.Yes),
            _ => (AnsiSupport.No, InteractionSupport.No),
        };
        bool isPlain = ansi == AnsiSupport.No;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = ansi,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = interaction,
            Out = new AnsiConsoleOutput(output),
        });

        // If a bar has more lines than the terminal, the thread that draws it throws, which would end the process.
        _console.Profile.Height = MostLines;
        if (ansi != AnsiSupport.Detect)
        {
            _console.Profile.Width = 160;
        }

        if (isPlain)
        {
            _console.Profile.Capabilities.Unicode = false;
        }
    }

    public static async Task<ToolSession> ConnectAsync(
        string connection,
        bool isCluster,
        TimeSpan timeout,
        TimeSpan lease,
        TextWriter output,
        bool? isTerminal,
        CancellationToken cancellationToken)
    {
        ClusterResharder? cluster = isCluster
            ? await ClusterResharder.ConnectAsync(connection, timeout).ConfigureAwait(false)
            : null;
        Resharder? independent = isCluster
            ? null
            : await Resharder.ConnectAsync(
                new ShardingOptions
                {
                    ControlConfiguration = connection, OperationTimeout = timeout, Lease = lease,
                })
                .ConfigureAwait(false);
        return new ToolSession(independent, cluster, output, isTerminal, cancellationToken);
    }

    public async Task<int> InitializeAsync(NodeWeight[] nodes, ISlotPlacement placement, bool isMeant)
    {
        if (_independent is null)
        {
            return Refuse("Servers in cluster mode have a table of slots already.");
        }

        SlotTable table = SlotTable.Create(nodes, placement);
        Show(table);
        if (!isMeant)
        {
            return Say(DryRun);
        }

        await _independent.CreateAsync(nodes, placement: placement).ConfigureAwait(false);
        return Say("The table is stored.");
    }

    public async Task<int> PlanAsync(NodeWeight[] nodes, ISlotPlacement placement)
    {
        ReshardPlan plan = _cluster is not null
            ? await _cluster.PlanAsync(nodes, placement).ConfigureAwait(false)
            : await _independent!.PlanAsync(nodes, placement).ConfigureAwait(false);
        Show(plan);
        return ExitCode.Success;
    }

    public async Task<int> ApplyAsync(NodeWeight[] nodes, ISlotPlacement placement, bool isMeant)
    {
        if (_independent is not null)
        {
            ReshardStatus status = await _independent.GetStatusAsync().ConfigureAwait(false);
            if (status.Moves.Count > 0)
            {
                Show(status);
                if (!isMeant)
                {
                    string next = nodes.Length == 0 ? "" : "The plan for --nodes is made after these moves. ";
                    return Say(next + DryRun);
                }

                await RunAsync(null).ConfigureAwait(false);
                if (nodes.Length == 0)
                {
                    return ExitCode.Success;
                }
            }
        }

        if (nodes.Length == 0)
        {
            return Refuse("There is nothing to continue. Name the servers with --nodes.");
        }

        ReshardPlan plan = _cluster is not null
            ? await _cluster.PlanAsync(nodes, placement).ConfigureAwait(false)
            : await _independent!.PlanAsync(nodes, placement).ConfigureAwait(false);
        Show(plan);
        if (!isMeant)
        {
            return Say(DryRun);
        }

        IReadOnlyList<SlotMove> open = await GetOpenMovesAsync().ConfigureAwait(false);
        if (_independent is not null)
        {
            // Also a plan without moves: it stores the lease and the weights.
            await _independent.ScheduleAsync(plan).ConfigureAwait(false);
        }

        if (plan.Moves.Count == 0 && open.Count == 0)
        {
            return Say("There is nothing to move.");
        }

        return await RunAsync(plan).ConfigureAwait(false);
    }

    public async Task<int> StatusAsync()
    {
        if (_cluster is not null)
        {
            Show(await _cluster.GetTableAsync().ConfigureAwait(false));
            return ExitCode.Success;
        }

        ReshardStatus status = await _independent!.GetStatusAsync().ConfigureAwait(false);
        Show(status.Table);
        Show(status);
        return ExitCode.Success;
    }

    public async Task<int> VerifyAsync()
    {
        if (_cluster is not null)
        {
            // A table can only be read if every slot has exactly one owner.
            await _cluster.GetTableAsync().ConfigureAwait(false);
            IReadOnlyList<SlotMove> open = await GetOpenMovesAsync().ConfigureAwait(false);
            foreach (SlotMove move in open)
            {
                Say($"Slot {move.First} is on its way from '{move.From}' to '{move.To}'. If no run is at work, "
                    + "apply with --nodes completes it.");
            }

            return open.Count > 0
                ? ExitCode.Failure
                : Say("Every slot has one owner. The servers check their keys themselves.");
        }

        VerifyReport report = await _independent!.VerifyAsync(cancellationToken: _cancellationToken)
            .ConfigureAwait(false);
        Say($"{report.Keys} keys, {report.Misplaced} on a server that does not own them, {report.Differences} that "
            + "differ between two servers.");
        return report is { Misplaced: 0, Differences: 0 } ? ExitCode.Success : ExitCode.Failure;
    }

    public async Task<int> RollBackAsync(bool isMeant)
    {
        if (_independent is null)
        {
            return Refuse("Servers in cluster mode keep no old copies. Plan the move back instead.");
        }

        ReshardStatus status = await _independent.GetStatusAsync().ConfigureAwait(false);
        Show(status);
        if (status.Moves.Count == 0 || !isMeant)
        {
            return Say(status.Moves.Count == 0 ? "There is nothing to roll back." : DryRun);
        }

        await _independent.RollBackAsync(cancellationToken: _cancellationToken).ConfigureAwait(false);
        return Say("The old owners have their slots back.");
    }

    public async Task<int> PromoteAsync(string replica, bool isMeant)
    {
        if (_cluster is null)
        {
            return Refuse("Independent servers have no replicas. Add --cluster.");
        }

        if (!isMeant)
        {
            return Say($"'{replica}' would become a primary. {DryRun}");
        }

        await _cluster.PromoteAsync(replica, _cancellationToken).ConfigureAwait(false);
        return Say($"'{replica}' is a primary.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_independent is not null)
        {
            await _independent.DisposeAsync().ConfigureAwait(false);
        }

        if (_cluster is not null)
        {
            await _cluster.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<int> RunAsync(ReshardPlan? plan)
    {
        if (_console.Profile.Capabilities is { Ansi: true, Interactive: true })
        {
            await _console.Progress().StartAsync(async context =>
            {
                ProgressTask task = context.AddTask("moving slots");
                await RunAsync(plan, new Listener(progress =>
                {
                    task.MaxValue = Math.Max(1, progress.SlotsTotal);
                    task.Value = progress.SlotsDone;
                    task.Description = Describe(progress);
                })).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        else
        {
            string last = "";
            await RunAsync(plan, new Listener(progress =>
            {
                string text = $"{progress.SlotsDone} of {progress.SlotsTotal} slots, {Describe(progress)}";
                if (text != last)
                {
                    last = text;
                    Say(text);
                }
            })).ConfigureAwait(false);
        }

        return Say("All moves are complete.");
    }

    /// <summary>The slots that a run in cluster mode has left on their way.</summary>
    private async Task<IReadOnlyList<SlotMove>> GetOpenMovesAsync() =>
        _cluster is null ? [] : await _cluster.GetOpenMovesAsync().ConfigureAwait(false);

    private Task RunAsync(ReshardPlan? plan, IProgress<ReshardProgress> progress) => _cluster is not null
        ? _cluster.RunAsync(plan!, progress, _cancellationToken)
        : _independent!.RunAsync(null, progress, _cancellationToken);

    private static string Describe(ReshardProgress progress) =>
        progress.State == MoveState.Cutover ? $"{progress.State} {progress.Percent} %" : $"{progress.State}";

    private void Show(SlotTable table)
    {
        Table view = new Table().Border(TableBorder.Ascii).AddColumns("server", "weight", "slots");
        for (int i = 0; i < table.Nodes.Count; i++)
        {
            view.AddRow(
                Markup.Escape(table.Nodes[i].Name),
                table.Nodes[i].Weight.ToString(CultureInfo.InvariantCulture),
                table.CountOf(i).ToString(CultureInfo.InvariantCulture));
        }

        _console.Write(view);
    }

    private void Show(ReshardPlan plan)
    {
        Show(plan.To);
        Table view = new Table().Border(TableBorder.Ascii).AddColumns("from", "to", "slots", "ranges");
        foreach (IGrouping<(string From, string To), SlotMove> pair in
            plan.Moves.GroupBy(move => (move.From, move.To)))
        {
            view.AddRow(
                Markup.Escape(pair.Key.From),
                Markup.Escape(pair.Key.To),
                pair.Sum(move => move.Count).ToString(CultureInfo.InvariantCulture),
                pair.Count().ToString(CultureInfo.InvariantCulture));
        }

        _console.Write(view);
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.MovedSlots} slots move ({100 * plan.MovedShare:0.00} %); the least possible is "
                + $"{100 * plan.LeastShare:0.00} %. The fullest server will have {plan.Skew:0.000} times its share."));
    }

    private void Show(ReshardStatus status)
    {
        if (status.Moves.Count == 0)
        {
            Say("No slots are moving.");
            return;
        }

        Table view = new Table().Border(TableBorder.Ascii).AddColumns("state", "slots");
        foreach (IGrouping<MoveState, (SlotMove Move, MoveState State)> state in
            status.Moves.GroupBy(move => move.State))
        {
            view.AddRow(
                $"{state.Key}{(state.Key == MoveState.Cutover ? $" {status.Percent} %" : "")}",
                state.Sum(move => move.Move.Count).ToString(CultureInfo.InvariantCulture));
        }

        _console.Write(view);
    }

    private int Say(string text)
    {
        _output.WriteLine(text);
        return ExitCode.Success;
    }

    private int Refuse(string text)
    {
        _output.WriteLine(text);
        return ExitCode.BadInput;
    }

    /// <summary>Reports on the thread that makes the progress, so that nothing is printed after the end.</summary>
    private sealed class Listener(Action<ReshardProgress> report) : IProgress<ReshardProgress>
    {
        public void Report(ReshardProgress value) => report(value);
    }
}
