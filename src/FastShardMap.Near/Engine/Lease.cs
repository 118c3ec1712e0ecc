namespace FastShardMap.Near.Engine;

/// <summary>
/// Whether near copies may be served. Each node of the engine grants a lease: a heartbeat that was sent at some time
/// and has come back through the stream of invalidations proves that all invalidations of changes before that time have
/// arrived. The lease lasts for the bound of staleness from that time. The map is live while all nodes' leases last.
/// </summary>
/// <remarks>
/// <para>The epoch numbers the times in which no invalidation was lost. A copy of an earlier epoch is void, so one step
/// voids all copies. Copies of later epochs than the live one are valid: <see cref="BeginPart"/> leaves the others
/// as they are.</para>
/// <para>If slots move between servers, the table that says which server has which slot is one more thing that must not
/// be too old.</para>
/// </remarks>
internal sealed class Lease
{
    /// <summary>The clock is that much behind at most, and the watchdog that much late.</summary>
    public const int ToleranceMilliseconds = 20;

    /// <summary>The highest epoch: what a copy can hold.</summary>
    public const int MaxEpoch = Local.LocalEntry<byte>.MaxEpoch;

    /// <summary>The stamp of a table that was not asked for yet.</summary>
    private const long NoTable = long.MinValue / 2;

    private readonly Lock _gate = new();
    private readonly long _durationMilliseconds;
    private readonly bool _isExact;
    private readonly bool _allowsQuickHits;
    private long[] _stamps = [];
    private int _lastEpoch;
    private int _firstEpoch;
    private int _armedEpoch;
    private int _liveEpoch;
    private int _quickEpoch;
    private long _tableStamp;
    private long _validUntil;
    private NearSuspension _reason = NearSuspension.Connecting;
    private long _suspensions;

    public Lease(TimeSpan maxStaleness, bool isExact, bool countsHits, bool needsTable)
    {
        _tableStamp = needsTable ? NoTable : long.MaxValue;
        _durationMilliseconds = (long)maxStaleness.TotalMilliseconds - (2 * ToleranceMilliseconds);
        _isExact = isExact;
        _allowsQuickHits = !isExact && !countsHits;
    }

    /// <summary>How often the map became suspended.</summary>
    public long Suspensions => Interlocked.Read(ref _suspensions);

    /// <summary>The epoch in which reads may store what they find; zero if they may not.</summary>
    public int ArmedEpoch => Volatile.Read(ref _armedEpoch);

    /// <summary>The first epoch whose copies may be served now; zero if none may.</summary>
    public int LiveEpoch
    {
        get
        {
            // Acquire: pairs with the release in Settle, after the invalidations before the heartbeat were handled.
            int live = Volatile.Read(ref _liveEpoch);
            return !_isExact || live == 0 || Environment.TickCount64 <= Volatile.Read(ref _validUntil) ? live : 0;
        }
    }

    /// <summary>The same for hits that have nothing else to do; zero if hits read the clock or are counted.</summary>
    // Acquire: as for LiveEpoch.
    public int QuickEpoch => Volatile.Read(ref _quickEpoch);

    public NearSuspension Reason
    {
        get
        {
            lock (_gate)
            {
                Expire();
                return _liveEpoch != 0 ? NearSuspension.None : _reason;
            }
        }
    }

    /// <summary>The age of the oldest node's lease, or of the table if that is older; infinite while one of them is
    /// missing.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (_gate)
            {
                return _armedEpoch == 0 || _tableStamp == NoTable
                    ? Timeout.InfiniteTimeSpan
                    : TimeSpan.FromMilliseconds(Math.Max(0, Environment.TickCount64 - OldestStamp()));
            }
        }
    }

    /// <summary>All nodes send their invalidations: a new epoch begins.</summary>
    /// <param name="stamps">When the heartbeat of each node was sent.</param>
    public void Arm(long[] stamps)
    {
        lock (_gate)
        {
            _stamps = stamps;
            BeginAll();
        }
    }

    /// <summary>A heartbeat has come back, on the same connection as all before it.</summary>
    public void Renew(int node, long stamp)
    {
        lock (_gate)
        {
            if (_armedEpoch != 0)
            {
                _stamps[node] = stamp;
                Settle();
            }
        }
    }

    /// <summary>Voids all copies, while the invalidations go on.</summary>
    public void BeginEpoch()
    {
        lock (_gate)
        {
            if (_armedEpoch != 0)
            {
                BeginAll();
            }
        }
    }

    /// <summary>Begins an epoch for what is read from now on, and leaves the copies valid. The caller voids a part of
    /// them by their epochs.</summary>
    /// <returns>The first epoch of a read that begins after the call.</returns>
    public int BeginPart()
    {
        lock (_gate)
        {
            if (_armedEpoch == 0 || !TryBegin())
            {
                return _lastEpoch + 1;
            }

            Volatile.Write(ref _armedEpoch, _lastEpoch);
            return _lastEpoch;
        }
    }

    /// <summary>The table of slots was asked for at a time.</summary>
    public void RenewTable(long stamp)
    {
        lock (_gate)
        {
            _tableStamp = stamp;
            if (_armedEpoch != 0)
            {
                Settle();
            }
        }
    }

    /// <summary>Invalidations may be lost from now on: all copies are void.</summary>
    public void Disarm(NearSuspension reason)
    {
        lock (_gate)
        {
            bool isLast = _lastEpoch == MaxEpoch && reason != NearSuspension.Disposed;
            _reason = isLast ? NearSuspension.EpochsUsedUp : reason;
            Volatile.Write(ref _armedEpoch, 0);
            SetLive(0);
        }
    }

    /// <summary>Suspends the map if the lease has ended. The watchdog calls it.</summary>
    public void CheckExpiry()
    {
        lock (_gate)
        {
            Expire();
        }
    }

    private void BeginAll()
    {
        if (TryBegin())
        {
            _firstEpoch = _lastEpoch;
            Volatile.Write(ref _armedEpoch, _lastEpoch);
            Settle();
        }
    }

    /// <summary>Numbers the next epoch. After the last one, the map is suspended and stays so: copies of an earlier
    /// epoch with the same number would look valid.</summary>
    private bool TryBegin()
    {
        if (_lastEpoch >= MaxEpoch)
        {
            _reason = NearSuspension.EpochsUsedUp;
            Volatile.Write(ref _armedEpoch, 0);
            SetLive(0);
            return false;
        }

        _lastEpoch++;
        return true;
    }

    private long OldestStamp() => Math.Min(_stamps.Min(), _tableStamp);

    private void Settle()
    {
        Volatile.Write(ref _validUntil, OldestStamp() + _durationMilliseconds);
        bool isLive = Environment.TickCount64 <= _validUntil;
        if (!isLive)
        {
            _reason = NearSuspension.LeaseExpired;
        }

        SetLive(isLive ? _firstEpoch : 0);
    }

    private void Expire()
    {
        if (_liveEpoch != 0 && Environment.TickCount64 > _validUntil)
        {
            _reason = NearSuspension.LeaseExpired;
            SetLive(0);
        }
    }

    private void SetLive(int epoch)
    {
        if (epoch == 0 && _liveEpoch != 0)
        {
            Interlocked.Increment(ref _suspensions);
        }

        // Release: pairs with the acquire in LiveEpoch and QuickEpoch.
        Volatile.Write(ref _quickEpoch, _allowsQuickHits ? epoch : 0);
        Volatile.Write(ref _liveEpoch, epoch);
    }
}
