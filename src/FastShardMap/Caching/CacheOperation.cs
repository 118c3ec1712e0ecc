using FastShardMap.Layout;
using FastShardMap.Operations;

namespace FastShardMap.Caching;

/// <summary>A write to the entries of a cache: what an operation on the user's values does with one.</summary>
/// <param name="inner">The operation on the values.</param>
/// <param name="now">The current tick of the clock.</param>
/// <param name="expiry">The tick at which a stored entry expires; 0 for never.</param>
/// <param name="setsExpiry">Whether a present entry gets the expiry too.</param>
internal struct CacheOperation<TValue, TInner>(TInner inner, uint now, uint expiry, bool setsExpiry)
    : IEntryOperation<CacheEntry<TValue>>
    where TValue : unmanaged
    where TInner : struct, IEntryOperation<TValue>
{
    private uint _now = now;
    private uint _expiry = expiry;
    private readonly bool _setsExpiry = setsExpiry;

    public TInner Inner = inner;

    /// <summary>The current tick of the clock.</summary>
    public readonly uint Now => _now;

    /// <summary>The tick at which an entry expires that is stored now; 0 for never.</summary>
    public readonly uint Expiry => _expiry;

    /// <summary>Sets the current tick anew, under the lock of the shard, and with it the expiry. A thread may have
    /// waited for that lock while the clock has jumped, and to an older tick, a long life that began after the jump
    /// looks like one that is over. Or the code of the program has taken its time, and an entry's life begins when it
    /// is stored.</summary>
    public void Advance(uint tick)
    {
        if (_now != 0 && tick - _now >= ExpiryTick.MaxLife)
        {
            return; // the coarse clock is behind the tick that the operation has read
        }

        if (_expiry != 0)
        {
            _expiry = ExpiryTick.After(tick, _expiry - _now);
        }

        _now = tick;
    }

    public static bool RunsUserCode => TInner.RunsUserCode;

    public readonly bool KeepsKey => Inner.KeepsKey;

    /// <summary>Whether the operation has met an expired entry and has done nothing. This happens without the shard's
    /// lock only; its owner treats such an entry as absent.</summary>
    public bool HasMetExpired { get; private set; }

    public EntryAction OnFound(ref CacheEntry<TValue> entry)
    {
        if (ExpiryTick.HasPassed(entry.Expiry, _now))
        {
            HasMetExpired = true;
            return EntryAction.None;
        }

        EntryAction action = Inner.OnFound(ref entry.Value);
        if (action is EntryAction.Store or EntryAction.Replace)
        {
            if (_setsExpiry)
            {
                entry.Expiry = _expiry;
            }

            if (entry.Mark < CacheEntry<TValue>.MaxMark)
            {
                entry.Mark++;
            }
        }

        return action;
    }

    public EntryAction OnAbsent(out CacheEntry<TValue> entry)
    {
        EntryAction action = Inner.OnAbsent(out TValue value);
        entry = default;
        entry.Value = value;
        entry.Expiry = _expiry;
        return action;
    }
}
