using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding;

public sealed partial class Resharder
{
    private const int CleanRounds = 2;

    private ReshardProgress _progress;
    private IProgress<ReshardProgress>? _listener;
    private int _scannedPerSecond;

    /// <summary>Carries out all stored moves, in waves, from whatever state they are in.</summary>
    /// <param name="options">How to work, or null for the defaults.</param>
    /// <param name="progress">Is told how far the moves have come, or null.</param>
    /// <param name="cancellationToken">A token to stop between two steps. Another call continues.</param>
    /// <returns>A task that completes when no moves are left.</returns>
    /// <exception cref="ReshardException">The copies of a wave differed again and again, so it was rolled back, by this
    /// call or by an earlier one that was interrupted; or another coordinator is at work; or the control server holds
    /// no table; or two names of servers with moves lead to one server; or no primary of a server is
    /// connected.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="RedisException">A server cannot be reached, or a key is no string.</exception>
    /// <exception cref="TimeoutException">A step took longer than
    /// <see cref="ShardingOptions.OperationTimeout"/>.</exception>
    public Task RunAsync(
        ReshardOptions? options = null,
        IProgress<ReshardProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        WorkAsync(options ?? new ReshardOptions(), progress, isRollBack: false, cancellationToken);

    private async Task WorkAsync(
        ReshardOptions options,
        IProgress<ReshardProgress>? progress,
        bool isRollBack,
        CancellationToken cancellationToken)
    {
        _listener = progress;
        _scannedPerSecond = options.MaxScannedKeysPerSecond;
        RouteMap map = await _routes.ReadAsync().ConfigureAwait(false);
        _progress = new ReshardProgress(
            MoveState.Planned, 0, map.Document.Moves.Sum(move => move.Last - move.First + 1), 0, 0);
        if (map.Document.Moves.Count > 0)
        {
            await NodeIdentities.CheckAsync(_connections, map.Document.Moves).ConfigureAwait(false);
        }

        string? failure = null;
        while (map.Document.Moves.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RouteDocument.MoveEntry[] active = [.. map.Active];
            MoveState state = active.Length == 0 ? MoveState.Planned : active[0].State;
            Report(_progress with { State = state, Percent = active.Select(move => move.Percent).FirstOrDefault() });
            Reach($"{state} begins");
            if (!isRollBack && active.Any(move => GoesBack(map, move)))
            {
                failure ??= "An earlier call had begun to roll the wave back, and this one has completed that.";
            }

            switch (state)
            {
                case MoveState.Planned:
                    map = await StartWaveAsync(map, options.SlotsPerWave).ConfigureAwait(false);
                    break;
                case MoveState.Copying:
                    await RaiseFencesAsync(active, options, cancellationToken).ConfigureAwait(false);
                    await CopyAsync(map, active, options, cancellationToken).ConfigureAwait(false);
                    await DrainAsync(active, options, cancellationToken).ConfigureAwait(false);
                    map = await SetAsync(map, move => move with { State = MoveState.DoubleWrite })
                        .ConfigureAwait(false);
                    break;
                case MoveState.DoubleWrite:
                    // From here on, processes with an older table only log; after the lease there are none.
                    await Task.Delay(BarrierOf(map), cancellationToken).ConfigureAwait(false);
                    await DrainAsync(active, options, cancellationToken).ConfigureAwait(false);
                    map = await SetAsync(map, move => move with { State = MoveState.Verifying })
                        .ConfigureAwait(false);
                    break;
                case MoveState.Verifying:
                    bool isClean = await VerifyWaveAsync(map, active, options, cancellationToken).ConfigureAwait(false);
                    failure = isClean ? failure : "The copies still differed after the last round of comparison.";
                    map = await SetAsync(map, isClean ? ToCutover : RollBackOf(map)).ConfigureAwait(false);
                    break;
                case MoveState.Cutover:
                    (map, string? found) =
                        await CutOverAsync(map, active, options, cancellationToken).ConfigureAwait(false);
                    failure = found ?? failure;
                    break;
                case MoveState.Draining:
                    await HandOverAsync(active, options, cancellationToken).ConfigureAwait(false);
                    Reach("Draining holds");
                    await Task.Delay(options.RollBackWindow, cancellationToken).ConfigureAwait(false);
                    long token = map.Epoch + 1;
                    map = await SetAsync(map, move => move with { State = MoveState.Cleaning, Token = token })
                        .ConfigureAwait(false);
                    break;
                case MoveState.Cleaning or MoveState.RollingBack:
                    await RaiseFencesAsync(active, options, cancellationToken).ConfigureAwait(false);
                    await Task.Delay(BarrierOf(map), cancellationToken).ConfigureAwait(false);
                    await DeleteCopiesAsync(map, active, options, cancellationToken).ConfigureAwait(false);
                    map = await CompleteAsync(map, active).ConfigureAwait(false);
                    break;
            }
        }

        if (failure is not null)
        {
            throw new ReshardException(
                $"{failure} The wave was rolled back, and moves that had not begun were dropped. The plan can be made "
                    + "again.");
        }
    }

    /// <summary>Whether the old owner keeps the slots, or gets them back. The table has the old owner until a move is
    /// complete.</summary>
    private static bool GoesBack(RouteMap map, RouteDocument.MoveEntry move) =>
        move.State == MoveState.RollingBack || map.Table.Nodes[map.Table.NodeOf(move.First)].Name == move.To;

    /// <summary>After this time no program reads by an older table: a tenth more than the longest lease, for clocks
    /// that do not run alike.</summary>
    private TimeSpan BarrierOf(RouteMap map) =>
        TimeSpan.FromMilliseconds(Math.Max(_leaseMilliseconds, map.Document.LeaseMilliseconds ?? 0) * 1.1);

    private static RouteDocument.MoveEntry ToCutover(RouteDocument.MoveEntry move) =>
        move with { State = MoveState.Cutover };

    private static Func<RouteDocument.MoveEntry, RouteDocument.MoveEntry> RollBackOf(RouteMap map)
    {
        long token = map.Epoch + 1;
        return move => move with { State = MoveState.RollingBack, Token = token, Percent = 0 };
    }

    private async Task<RouteMap> StartWaveAsync(RouteMap map, int slots)
    {
        long token = map.Epoch + 1;
        List<RouteDocument.MoveEntry> moves = [];
        foreach (RouteDocument.MoveEntry move in map.Document.Moves)
        {
            int taken = Math.Min(slots, move.Last - move.First + 1);
            slots -= taken;
            if (taken > 0)
            {
                moves.Add(move with
                {
                    Last = move.First + taken - 1, State = MoveState.Copying, Token = token,
                });
            }

            if (move.First + taken <= move.Last)
            {
                moves.Add(move with { First = move.First + taken });
            }
        }

        return await ChangeAndReachAsync(map, map.Document with { Moves = moves }).ConfigureAwait(false);
    }

    private async Task<(RouteMap Map, string? Failure)> CutOverAsync(
        RouteMap map, RouteDocument.MoveEntry[] active, ReshardOptions options, CancellationToken cancellationToken)
    {
        int percent = active[0].Percent;
        int next = options.CutoverPercents.FirstOrDefault(one => one > percent);
        if (next > 0)
        {
            map = await SetAsync(map, move => move with { Percent = next }).ConfigureAwait(false);
            await Task.Delay(options.CutoverHold, cancellationToken).ConfigureAwait(false);
            await DrainAsync(active, options, cancellationToken).ConfigureAwait(false);
            return (map, null);
        }

        if (await CompareAsync(map, active, isRepairing: false, options, cancellationToken).ConfigureAwait(false) > 0)
        {
            return (await SetAsync(map, RollBackOf(map)).ConfigureAwait(false),
                "The copies differed while reads were being moved.");
        }

        long token = map.Epoch + 1;
        return (await SetAsync(
            map, move => move with { State = MoveState.Draining, Previous = move.Token, Token = token })
            .ConfigureAwait(false), null);
    }

    private async Task<bool> VerifyWaveAsync(
        RouteMap map, RouteDocument.MoveEntry[] active, ReshardOptions options, CancellationToken cancellationToken)
    {
        int clean = 0;
        for (int round = 0; round < options.MaxVerifyRounds && clean < CleanRounds; round++)
        {
            await DrainAsync(active, options, cancellationToken).ConfigureAwait(false);
            long differences = await CompareAsync(
                map, active, isRepairing: true, options, cancellationToken).ConfigureAwait(false);
            clean = differences == 0 ? clean + 1 : 0;
        }

        return clean >= CleanRounds;
    }

    private Task HandOverAsync(
        RouteDocument.MoveEntry[] active, ReshardOptions options, CancellationToken cancellationToken) =>
        ForEachSlotAsync(active, options, async rule =>
        {
            long deadline = Environment.TickCount64 + (long)_timeout.TotalMilliseconds;
            if (!await _operations.TryHandOverAsync(rule, deadline).ConfigureAwait(false))
            {
                throw TakenOver(rule.Slot);
            }

            Reach("Draining hands over");
        }, cancellationToken);

    private Task RaiseFencesAsync(
        RouteDocument.MoveEntry[] active, ReshardOptions options, CancellationToken cancellationToken) =>
        ForEachSlotAsync(active, options, async rule =>
        {
            if (!await _operations.TryRaiseFenceAsync(rule.From, rule.Slot, rule.Token).ConfigureAwait(false)
                || !await _operations.TryRaiseFenceAsync(rule.To, rule.Slot, rule.Token).ConfigureAwait(false))
            {
                throw TakenOver(rule.Slot);
            }
        }, cancellationToken);

    private Task DrainAsync(
        RouteDocument.MoveEntry[] active, ReshardOptions options, CancellationToken cancellationToken) =>
        ForEachSlotAsync(active, options, async rule =>
        {
            (ApplyResult result, _) = await _operations
                .DrainAsync(rule.From, rule.To, rule.Slot, rule.Token).ConfigureAwait(false);
            if (result == ApplyResult.Fenced)
            {
                throw TakenOver(rule.Slot);
            }
        }, cancellationToken);

    /// <summary>The owners change, and the moves are forgotten.</summary>
    private async Task<RouteMap> CompleteAsync(RouteMap map, RouteDocument.MoveEntry[] active)
    {
        Reach("copies deleted");
        int[] owners = new int[SlotTable.SlotCount];
        long[] tokens = new long[SlotTable.SlotCount];
        for (int slot = 0; slot < owners.Length; slot++)
        {
            owners[slot] = map.Table.NodeOf(slot);
            tokens[slot] = map.TokenOf(slot);
        }

        int done = 0;
        foreach (RouteDocument.MoveEntry move in active)
        {
            int count = move.Last - move.First + 1;
            string owner = move.State == MoveState.Cleaning ? move.To : move.From;
            owners.AsSpan(move.First, count).Fill(map.Table.IndexOf(owner));
            tokens.AsSpan(move.First, count).Fill(move.Token);
            done += count;
        }

        map = await ChangeAndReachAsync(map, map.Document with
        {
            Ranges = RouteMap.RangesOf(slot => (owners[slot], tokens[slot])),

            // A wave that was rolled back is not tried again by itself. The same change drops the other waves: no
            // coordinator can find them after this one ends.
            Moves = active[0].State == MoveState.RollingBack
                ? []
                : [.. map.Document.Moves.Where(move => move.State == MoveState.Planned)],
        }).ConfigureAwait(false);
        Report(_progress with { SlotsDone = _progress.SlotsDone + done });
        return map;
    }

    private Task<RouteMap> SetAsync(RouteMap map, Func<RouteDocument.MoveEntry, RouteDocument.MoveEntry> change) =>
        ChangeAndReachAsync(map, map.Document with
        {
            Moves = [.. map.Document.Moves.Select(move => move.State == MoveState.Planned ? move : change(move))],
        });

    private async Task<RouteMap> ChangeAndReachAsync(RouteMap map, RouteDocument document)
    {
        Reach("before a change");
        return await ChangeAsync(map, document).ConfigureAwait(false);
    }

    private static ReshardException TakenOver(int slot) =>
        new($"Another coordinator has gone on with slot {slot}. Ask for the status.");

    private async Task ForEachSlotAsync(
        RouteDocument.MoveEntry[] active,
        ReshardOptions options,
        Func<SlotRule, Task> work,
        CancellationToken cancellationToken)
    {
        IEnumerable<SlotRule> rules =
            from move in active
            from slot in Enumerable.Range(move.First, move.Last - move.First + 1)
            select new SlotRule(slot, move.From, move.To, move.State, move.Previous, move.Token, move.Percent);
        await Parallel.ForEachAsync(
            rules,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = options.Concurrency,
                CancellationToken = cancellationToken,
            },
            async (rule, cancellation) =>
            {
                await work(rule).ConfigureAwait(false);
                await Task.Delay(options.StepPause, cancellation).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }

    private void Reach(string what) => Checkpoint?.Invoke(what);

    private void Report(ReshardProgress progress)
    {
        _progress = progress;
        _listener?.Report(progress);
    }
}
