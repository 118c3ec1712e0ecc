using System.Numerics;

namespace FastShardMap.ConcurrencyTests.History;

/// <summary>
/// Decides whether a history has a sequential explanation: the search of Wing and Gong (JPDC 1993) with the memory of
/// seen configurations of Lowe (CCPE 2017). Linearizability composes, so each key is checked on its own (Herlihy and
/// Wing, 1990); <see cref="ExplainsWhole"/> checks all keys in one search, for operations on many keys, and without
/// real time for sequential consistency.
/// </summary>
internal static class HistoryChecker
{
    private const int MaxOps = 64;

    /// <summary>
    /// What is wrong with a history, or null. An operation on many keys counts as one operation per key.
    /// </summary>
    public static string? FindFault(IReadOnlyList<MapOp> history, ReadOnlySpan<ulong> initial)
    {
        if ((FindDisposeFault(history) ?? FindRefusalFault(history) ?? FindCountFault(history, initial)) is { } fault)
        {
            return fault;
        }

        history = [.. history.SelectMany(static op => op.Parts)];
        for (int key = 0; key < initial.Length; key++)
        {
            int ofKey = key;
            MapOp[] ops = [.. history.Where(op => !op.Disposed && MapModel.Concerns(op, ofKey))];
            if (!new Search(ops, [key], [initial[key]], realTime: true).Succeeds())
            {
                return $"Key {key} (initially {Text(initial[key])}) has no linearization:\n{Lines(ops)}";
            }
        }

        return null;
    }

    /// <summary>Whether one order of all operations explains what all keys have shown.</summary>
    /// <param name="history">All operations; those of one thread in their order.</param>
    /// <param name="initial">The value of each key before, or <see cref="MapModel.Absent"/>.</param>
    /// <param name="realTime">Whether an operation that ended before another began comes first (linearizability), or
    /// only the order of each thread counts (sequential consistency).</param>
    public static bool ExplainsWhole(IReadOnlyList<MapOp> history, ReadOnlySpan<ulong> initial, bool realTime)
    {
        List<MapOp> ops = [];
        foreach (MapOp op in history.SelectMany(static op => op.Parts).Where(static op => !op.Disposed))
        {
            // A documented weaker guarantee: one lookup per key, each at its own moment.
            if (!MapModel.IsInstant(op) && op.Seen is not null)
            {
                for (int key = 0; key < op.Seen.Length; key++)
                {
                    ops.Add(new MapOp(OpKind.Get, key)
                    {
                        Invoked = op.Invoked, Returned = op.Returned, Thread = op.Thread,
                        Done = op.Seen[key] is not null, Value = op.Seen[key] ?? 0,
                    });
                }
            }
            else
            {
                ops.Add(op);
            }
        }

        return new Search([.. ops], [.. Enumerable.Range(0, initial.Length)], initial.ToArray(), realTime).Succeeds();
    }

    public static string Lines(IEnumerable<MapOp> ops) => string.Join("\n", ops.OrderBy(static op => op.Invoked));

    private static string Text(ulong state) => state == MapModel.Absent ? "absent" : $"{state}";

    /// <summary>A call may find the map disposed as soon as a Dispose has begun, and must once all have returned: the
    /// second does not wait for the first.</summary>
    private static string? FindDisposeFault(IReadOnlyList<MapOp> history)
    {
        int began = int.MaxValue;
        int ended = -1;
        foreach (MapOp op in history)
        {
            if (op is { Kind: OpKind.Dispose, GaveUp: false })
            {
                began = Math.Min(began, op.Invoked);
                ended = Math.Max(ended, op.Returned);
            }
        }

        ended = ended < 0 ? int.MaxValue : ended;

        foreach (MapOp op in history)
        {
            if (op.Kind != OpKind.Dispose && (op.Disposed ? op.Returned < began : op.Invoked > ended && !op.GaveUp))
            {
                return $"Disposed from {began} to {ended}, but: {op}";
            }
        }

        return null;
    }

    /// <summary>
    /// An operation is refused during an exclusive phase, canceled after a cancellation, and out of time only if
    /// somebody else is there.
    /// </summary>
    private static string? FindRefusalFault(IReadOnlyList<MapOp> history)
    {
        foreach (MapOp op in history.Where(static op => op.GaveUp))
        {
            bool limited = op.Kind is OpKind.TimedSet or OpKind.TimedRemove;
            bool explained = op.Kind == OpKind.CancellableSet
                ? history.Any(other => other.Kind == OpKind.Cancel && other.Invoked < op.Returned)
                : history.Any(other => other.Thread != op.Thread && (limited || other.Kind == OpKind.Exclusive)
                    && other.Invoked < op.Returned && op.Invoked < other.Returned);
            if (!explained)
            {
                return $"Nothing in the way of: {op}";
            }
        }

        return null;
    }

    /// <summary>
    /// Count adds up numbers read one after the other: no less than the entries that nobody touches, and no more than
    /// there are keys.
    /// </summary>
    private static string? FindCountFault(IReadOnlyList<MapOp> history, ReadOnlySpan<ulong> initial)
    {
        int untouched = 0;
        for (int key = 0; key < initial.Length; key++)
        {
            int ofKey = key;
            bool changes = history.Any(op => MapModel.Concerns(op, ofKey)
                && op.Kind is not (OpKind.Get or OpKind.Batch or OpKind.ToArray or OpKind.Snapshot
                or OpKind.Enumerate));
            untouched += initial[key] != MapModel.Absent && !changes ? 1 : 0;
        }

        foreach (MapOp op in history)
        {
            if (op is { Kind: OpKind.Count, Disposed: false }
                && (op.Value < (ulong)untouched || op.Value > (ulong)initial.Length))
            {
                return $"Of {initial.Length} keys {untouched} were present throughout, but: {op}";
            }
        }

        return null;
    }

    private sealed class Search(MapOp[] ops, int[] keys, ulong[] state, bool realTime)
    {
        private readonly ulong[] _before = new ulong[ops.Length];
        private HashSet<(ulong Done, ulong State)>? _seen;
        private int _visits;

        public bool Succeeds()
        {
            if (ops.Length > MaxOps)
            {
                throw new NotSupportedException($"At most {MaxOps} operations a search.");
            }

            for (int i = 0; i < ops.Length; i++)
            {
                for (int j = 0; j < ops.Length; j++)
                {
                    bool ordered = realTime || ops[i].Thread == ops[j].Thread || ops[i].Thread == MapOp.AfterAll;
                    if (i != j && ordered && ops[j].Returned < ops[i].Invoked)
                    {
                        _before[i] |= 1UL << j;
                    }
                }
            }

            return Continue(done: 0);
        }

        private bool Continue(ulong done)
        {
            if (BitOperations.PopCount(done) == ops.Length)
            {
                return true;
            }

            // Most histories are explained at the first attempt: remember configurations only when it gets long.
            if (++_visits > 32 && !(_seen ??= []).Add((done, Fingerprint())))
            {
                return false;
            }

            for (int i = 0; i < ops.Length; i++)
            {
                if ((done >> i & 1) == 0 && (_before[i] & ~done) == 0 && TryApply(done, i))
                {
                    return true;
                }
            }

            return false;
        }

        private bool TryApply(ulong done, int index)
        {
            MapOp op = ops[index];
            if (keys.Length == 1)
            {
                ulong single = state[0];
                if (MapModel.Allows(op, keys[0], single, out state[0]) && Continue(done | (1UL << index)))
                {
                    return true;
                }

                state[0] = single;
                return false;
            }

            ulong[] old = [.. state];
            bool allowed = true;
            for (int k = 0; k < keys.Length && allowed; k++)
            {
                allowed = !MapModel.Concerns(op, keys[k]) || MapModel.Allows(op, keys[k], old[k], out state[k]);
            }

            if (allowed && Continue(done | (1UL << index)))
            {
                return true;
            }

            old.CopyTo(state, 0);
            return false;
        }

        private ulong Fingerprint()
        {
            ulong hash = 0x9E3779B97F4A7C15UL;
            foreach (ulong value in state)
            {
                hash = Math.BigMul(hash ^ value, 0xD6E8FEB86659FD93UL, out ulong low) ^ low;
            }

            return hash;
        }
    }
}
