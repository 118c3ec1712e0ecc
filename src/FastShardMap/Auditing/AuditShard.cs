using FastShardMap.Memory;

namespace FastShardMap.Auditing;

/// <summary>The state that an audit keeps per shard: the last operations, the counts, and the states of the rules. They
/// are protected by a lock that no thread holds while it waits for anything.</summary>
internal sealed class AuditShard<TKey>
    where TKey : unmanaged, IEquatable<TKey>
{
    public const int OperationKinds = (int)AuditOperation.Refused + 1;

    // An operation is recorded after it was performed, so recording must not fail.
    private readonly UninterruptibleMonitor _gate = new();
    private readonly AuditRing<TKey> _ring;
    private readonly AuditRule<TKey>[] _rules;
    private readonly long[] _counts = new long[OperationKinds];
    private readonly TimeProvider _time;
    private readonly Action<AuditRule<TKey>, AuditEvent<TKey>, AuditSeverity, string> _raise;
    private long _ruleFailures;
    private long _timestamp;
    private bool _closed;

    public AuditShard(
        AuditRing<TKey> ring,
        AuditRule<TKey>[] rules,
        TimeProvider time,
        Action<AuditRule<TKey>, AuditEvent<TKey>, AuditSeverity, string> raise)
    {
        _ring = ring;
        _rules = rules;
        _time = time;
        _raise = raise;
    }

    public long RuleFailures => Interlocked.Read(ref _ruleFailures);

    /// <summary>Records an operation, and shows it to the rules. What a rule itself does is not recorded.</summary>
    public void Record(TKey key, AuditOperation operation)
    {
        if (RuleScope.IsInside)
        {
            return;
        }

        using (_gate.Enter())
        {
            if (_closed)
            {
                return;
            }

            RuleScope.IsInside = true;
            try
            {
                // Inside the lock, so that timestamps agree with the order of the records.
                AuditEvent<TKey> auditEvent = new(Timestamp(), key, Environment.CurrentManagedThreadId, operation);
                _ring.Add(auditEvent);
                _counts[(int)operation]++;
                foreach (AuditRule<TKey> rule in _rules)
                {
                    Observe(rule, auditEvent);
                }
            }
            finally
            {
                RuleScope.IsInside = false;
            }
        }
    }

    public void AddCounts(Span<long> counts)
    {
        using (_gate.Enter())
        {
            for (int kind = 0; kind < OperationKinds; kind++)
            {
                counts[kind] += _counts[kind];
            }
        }
    }

    public void CopyRecent(List<AuditEvent<TKey>> events)
    {
        using (_gate.Enter())
        {
            if (!_closed)
            {
                _ring.CopyTo(events);
            }
        }
    }

    /// <summary>Ends the recording and retires the ring.</summary>
    public void Close(Arena arena)
    {
        bool isFirst;
        using (_gate.Enter())
        {
            isFirst = !_closed;
            _closed = true;
        }

        if (isFirst)
        {
            _ring.Retire(arena);
        }
    }

    private void Observe(AuditRule<TKey> rule, in AuditEvent<TKey> auditEvent)
    {
        try
        {
            if (rule.Observe(auditEvent, _time.TimestampFrequency, out AuditSeverity severity, out string? message))
            {
                _raise(rule, auditEvent, severity, message ?? string.Empty);
            }
        }
        catch (Exception exception)
        {
            CountFailure(exception);
        }
    }

    /// <summary>Reads the clock, which is code of the program like a rule. If it throws, the record has the time of the
    /// one before it.</summary>
    private long Timestamp()
    {
        try
        {
            _timestamp = _time.GetTimestamp();
        }
        catch (Exception exception)
        {
            CountFailure(exception);
        }

        return _timestamp;
    }

    // A failure of a rule must not become a failure of the operation, which has already been performed.
    private void CountFailure(Exception exception)
    {
        Interlocked.Increment(ref _ruleFailures);
        if (exception is ThreadInterruptedException)
        {
            Thread.CurrentThread.Interrupt();
        }
    }
}
