namespace FastShardMap.Resharding.Tests.Model;

internal sealed partial class MoveModel
{
    private enum Job : byte
    {
        RaiseFrom,
        RaiseTo,
        Copy,
        Drain,
        DrainAll,
        Wait,
        DeleteCopy,
        DeleteOfFrom,
        DeleteOfTo,
        Change,
    }

    private enum Result : byte
    {
        GoesOn,
        Done,
        Fenced,
    }

    private static ReadOnlySpan<Job> JobsOf(Table table) => table switch
    {
        { IsComplete: true } => [],
        { State: MoveState.Planned } => [Job.Change],
        { State: MoveState.Copying } => [Job.RaiseFrom, Job.RaiseTo, Job.Copy, Job.Drain, Job.Change],
        { State: MoveState.DoubleWrite } => [Job.Wait, Job.Drain, Job.Change],
        { State: MoveState.Verifying } => [Job.Drain, Job.Change],
        { State: MoveState.Cutover, Percent: 0 } => [Job.Change],
        { State: MoveState.Cutover } => [Job.Drain, Job.Change],
        { State: MoveState.Draining } => [Job.RaiseFrom, Job.DrainAll, Job.RaiseTo, Job.Change],
        _ =>
        [
            Job.RaiseFrom, Job.RaiseTo, Job.Wait, Job.DeleteCopy, Job.DeleteOfFrom, Job.DeleteOfTo, Job.Change,
        ],
    };

    private void Coordinate()
    {
        Process process = _current.Coordinator;

        // Killed, or not started yet; the next one reads the table.
        if (process.Step != 0 || process.Table != _current.Table || process.Snapshot.Step != SnapshotStep.None)
        {
            World world = _current;
            Put(world, new Process(0, world.Table, default));
            if (process.Snapshot.Step >= SnapshotStep.Apply && world.Late.Snapshot.Step == SnapshotStep.None)
            {
                // Its last copy is still on its way.
                world.Late = process;
                Put(world, new Process(0, world.Table, default));
            }
        }

        if (hasFaults && !_current.IsRolledBackAgain
            && _current.Table is { IsComplete: false } and ({ State: not MoveState.Cleaning } or { IsTurned: true }))
        {
            World world = _current;
            (world.IsRolledBackAgain, world.IsRolledBack) = (world.IsRolledBack, true);
            world.Table = RolledBack(world.Table);
            Put(world, new Process(0, world.Table, default));
        }

        ReadOnlySpan<Job> jobs = JobsOf(process.Table);
        if (process.Table.Epoch != 0 && process.Step < jobs.Length)
        {
            Work(process, jobs[process.Step]);
        }
    }

    /// <summary>The last copy of a coordinator that was killed arrives.</summary>
    private void Arrive()
    {
        Process process = _current.Late;
        if (process.Snapshot.Step != SnapshotStep.None)
        {
            World world = _current;
            SlotRule rule = process.Table.Rule;
            long token = rule.State == MoveState.Draining ? rule.Previous : rule.Token;
            Result result = Sync(ref world, ref process, rule.From, rule.To, (byte)token, onlyLogged: true);
            world.Late = result == Result.GoesOn ? process : default;
            Add(world);
        }
    }

    private void Work(Process process, Job job)
    {
        World world = _current;
        SlotRule rule = process.Table.Rule;
        switch (job)
        {
            case Job.RaiseFrom or Job.RaiseTo:
                ref Server raised = ref ServerOf(ref world, job == Job.RaiseFrom ? rule.From : rule.To);
                process = Raise(ref raised, rule.Token) ? Next(process) : EndOf(process);
                Put(world, process);
                break;
            case Job.Copy or Job.Drain or Job.DrainAll:
                long token = job == Job.DrainAll ? rule.Previous : rule.Token;
                Result result = Sync(
                    ref world, ref process, rule.From, rule.To, (byte)token, onlyLogged: job != Job.Copy);
                bool isDone = result == Result.Done
                    && (job != Job.DrainAll || ServerOf(ref world, rule.From).Log == 0);
                Put(world, isDone ? Next(process) : result == Result.Fenced ? EndOf(process) : process);
                break;
            case Job.Wait:
                world.LeasedEpoch = Math.Max(world.LeasedEpoch, process.Table.Epoch);
                Put(world, Next(process));
                break;
            case Job.DeleteCopy or Job.DeleteOfFrom or Job.DeleteOfTo:
                bool isOfFrom = job == Job.DeleteCopy ? rule.State == MoveState.Cleaning : job == Job.DeleteOfFrom;
                ref Server server = ref ServerOf(ref world, isOfFrom ? rule.From : rule.To);
                if (server.Fence != rule.Token)
                {
                    Put(world, EndOf(process));
                    break;
                }

                server = job == Job.DeleteCopy
                    ? server with { Value = -1 }
                    : server with { Log = 0, Sequence = 0, Version = 0 };
                Put(world, Next(process));
                break;
            case Job.Change when process.Table != world.Table:
                Put(world, EndOf(process));
                break;
            default:
                foreach (Table table in Following(process.Table))
                {
                    world.Table = table;
                    Put(world, new Process(0, table, default));
                }

                break;
        }
    }

    private static IEnumerable<Table> Following(Table table)
    {
        byte epoch = (byte)(table.Epoch + 1);
        Table next = table with { Epoch = epoch };
        Table draining = next with { State = MoveState.Draining, Previous = table.Token, Token = epoch };
        return table switch
        {
            { State: MoveState.Planned } => [next with { State = MoveState.Copying, Token = epoch }],
            { State: MoveState.Copying } => [next with { State = MoveState.DoubleWrite }],
            { State: MoveState.DoubleWrite } => [next with { State = MoveState.Verifying }],
            { State: MoveState.Verifying } => [next with { State = MoveState.Cutover }],

            // The key can be one of those that stay until Draining.
            { State: MoveState.Cutover, Percent: 0 } => [next with { Percent = 100 }, draining],
            { State: MoveState.Cutover } => [draining],
            { State: MoveState.Draining } => [next with { State = MoveState.Cleaning, Token = epoch }],
            { State: MoveState.Cleaning } => [next with { IsComplete = true, IsTurned = !table.IsTurned, Percent = 0 }],
            _ => [next with { IsComplete = true, Percent = 0 }],
        };
    }

    private static Table RolledBack(Table table)
    {
        byte epoch = (byte)(table.Epoch + 1);
        Table next = table with { Epoch = epoch };
        return table.State switch
        {
            MoveState.Planned => next with { IsComplete = true },
            MoveState.RollingBack => next,
            MoveState.Draining or MoveState.Cleaning when table.IsTurned => next,
            MoveState.Draining => next with { IsTurned = !table.IsTurned, Previous = table.Token, Token = epoch },
            _ => next with { State = MoveState.RollingBack, Token = epoch, Percent = 0 },
        };
    }

    private void Write()
    {
        Process process = _current.Writer;
        World world = _current;
        switch (process.Step)
        {
            case 0 when world.Completed == 0:
                if (process.Table != world.Table)
                {
                    world.Writer.Table = world.Table;
                    Add(world);
                }

                if (process.Table.Epoch != 0)
                {
                    TryWrite(process);
                }

                break;
            case 1:
                // The second half fails, or goes on.
                if (hasFaults)
                {
                    Complete(world);
                }

                SlotRule rule = process.Table.Rule;
                world = _current;
                Result result = Sync(
                    ref world, ref process, rule.Authority, rule.Follower, (byte)rule.Token, onlyLogged: false);
                world.Writer = process;
                if (result == Result.GoesOn)
                {
                    Add(world);
                }
                else
                {
                    Complete(world);
                }

                break;
            case 2 or 3 or 4:
                HandOver(process);
                break;
        }
    }

    private void TryWrite(Process process)
    {
        World world = _current;
        SlotRule rule = process.Table.Rule;
        ref Server authority = ref ServerOf(ref world, rule.Authority);
        if (authority.Fence == rule.Token)
        {
            authority.Value = (sbyte)(world.Completed + 1);
            authority.Log = rule.IsLogged ? (byte)authority.Value : authority.Log;
            if (rule.IsDouble)
            {
                world.Writer = process with { Step = 1, Snapshot = new Snapshot { Step = SnapshotStep.Take } };
                Add(world);
            }
            else
            {
                Complete(world);
            }
        }
        else if (authority.Fence < rule.Token)
        {
            if (rule.State == MoveState.Draining)
            {
                world.Writer.Step = 2;
            }
            else
            {
                authority.Fence = (byte)rule.Token;
            }

            Add(world);
        }
    }

    /// <summary>The writer hands the slot over itself.</summary>
    private void HandOver(Process process)
    {
        World world = _current;
        SlotRule rule = process.Table.Rule;
        bool isDone;
        if (process.Step == 3)
        {
            Result result = Sync(
                ref world, ref process, rule.From, rule.To, (byte)rule.Previous, onlyLogged: true);
            isDone = result == Result.Done && ServerOf(ref world, rule.From).Log == 0;
            process.Step = result == Result.Fenced ? (byte)0 : isDone ? (byte)4 : (byte)3;
        }
        else
        {
            isDone = Raise(ref ServerOf(ref world, process.Step == 2 ? rule.From : rule.To), rule.Token);
            process.Step = isDone && process.Step == 2 ? (byte)3 : (byte)0;
        }

        world.Writer = process with { Snapshot = process.Step == 3 ? process.Snapshot : default };
        Add(world);
    }

    private void Complete(World world)
    {
        world.Completed++;
        world.Writer = new Process(0, world.Writer.Table, default);
        Add(world);
    }

    private void Read()
    {
        Process process = _current.Reader;
        World world = _current;
        SlotRule rule = process.Table.Rule;
        switch (process.Step)
        {
            case 0:
                if (process.Table != world.Table)
                {
                    world.Reader.Table = world.Table;
                    Add(world);
                }

                if (process.Table.Epoch != 0)
                {
                    ReadAuthority(process, rule);
                }

                break;
            case 1:
                Check(ServerOf(ref world, rule.Follower).Value, fromFollower: true);
                break;
        }
    }

    private void ReadAuthority(Process process, SlotRule rule)
    {
        World world = _current;
        Server authority = ServerOf(ref world, rule.Authority);
        bool isRefused = rule.State switch
        {
            MoveState.Planned => false,
            MoveState.Draining => authority.Fence != rule.Token,
            _ => readsFences && authority.Fence > rule.Token,
        };
        if (isRefused)
        {
            return;
        }

        world.Required = world.Completed;
        if (rule.IsCutOver("key"u8) && authority.Log == 0)
        {
            world.Reader.Step = 1;
            Add(world);
        }
        else
        {
            Check(authority.Value, fromFollower: false);
        }
    }

    /// <summary>One step of <c>SlotOperations.SyncAsync</c>.</summary>
    private static Result Sync(
        ref World world, ref Process process, string from, string to, byte token, bool onlyLogged)
    {
        ref Server source = ref ServerOf(ref world, from);
        ref Server target = ref ServerOf(ref world, to);
        switch (process.Snapshot.Step)
        {
            case SnapshotStep.None when onlyLogged && source.Log == 0:
                return Result.Done;
            case SnapshotStep.None:
                process.Snapshot.Step = SnapshotStep.Take;
                return Result.GoesOn;
            case SnapshotStep.Take:
                source.Sequence = (byte)(source.Sequence + 1);
                process.Snapshot =
                    new Snapshot(SnapshotStep.Apply, source.Sequence, source.Value, source.Log);
                return Result.GoesOn;
            case SnapshotStep.Apply when target.Fence > token:
                process.Snapshot = default;
                return Result.Fenced;
            case SnapshotStep.Apply when target.Fence < token:
                target.Fence = token;
                return Result.GoesOn;
            case SnapshotStep.Apply:
                if (target.Version < process.Snapshot.Number)
                {
                    target.Value = process.Snapshot.Value;
                    target.Version = process.Snapshot.Number;
                }

                process.Snapshot.Step = SnapshotStep.Forget;
                return Result.GoesOn;
            default:
                source.Log = source.Log == process.Snapshot.Log ? (byte)0 : source.Log;
                process.Snapshot = default;
                return Result.Done;
        }
    }

    private static bool Raise(ref Server server, long token)
    {
        if (server.Fence < token)
        {
            server.Fence = (byte)token;
        }

        return server.Fence == token;
    }

    private static Process Next(Process process) =>
        process with { Step = (byte)(process.Step + 1), Snapshot = default };

    private static Process EndOf(Process process) => process with { Step = Ended, Snapshot = default };

    private void Put(World world, Process process)
    {
        world.Coordinator = process;
        Add(world);
    }
}
