namespace FastShardMap.Caching;

/// <summary>The removals of one hold of a lock.</summary>
internal abstract class RemovalBatch<TKey, TValue>
{
    /// <summary>Adds a removal that is about to happen.</summary>
    /// <exception cref="OutOfMemoryException">There is no room for it; nothing has changed.</exception>
    public abstract void Add(TKey key, TValue value, ShardCacheRemovalCause cause);

    /// <summary>Counts a removal for whose notice there was no memory.</summary>
    public abstract void Lose();
}

/// <summary>The notices of the removals of one hold of a lock. If there are more than the channel can keep, the
/// youngest of them.</summary>
internal sealed class RemovalBatch<TKey, TValue, TNotice> : RemovalBatch<TKey, TValue>
    where TNotice : struct, IRemovalNotice<TNotice, TKey, TValue>
{
    private const int LeastRoom = 16;
    private const int MostKeptRoom = 1024;

    private TNotice[] _notices = new TNotice[LeastRoom];
    private int _capacity;
    private long _count;
    private long _lost;

    /// <summary>The older part of the notices.</summary>
    public ReadOnlySpan<TNotice> Oldest =>
        _count <= _capacity ? _notices.AsSpan(0, (int)_count) : _notices.AsSpan((int)(_count % _capacity).._capacity);

    /// <summary>The younger part.</summary>
    public ReadOnlySpan<TNotice> Youngest =>
        _count <= _capacity ? default : _notices.AsSpan(0, (int)(_count % _capacity));

    /// <summary>The number of notices that are not there any more.</summary>
    public long Dropped => Math.Max(0, _count - _capacity) + _lost;

    /// <summary>Whether the batch has no more memory than a thread should keep.</summary>
    public bool IsWorthKeeping => _notices.Length <= MostKeptRoom;

    /// <summary>Empties the batch.</summary>
    /// <param name="capacity">The number of notices to keep.</param>
    public void Begin(int capacity)
    {
        if (System.Runtime.CompilerServices.RuntimeHelpers.IsReferenceOrContainsReferences<TNotice>())
        {
            _notices.AsSpan(0, (int)Math.Min(_count, _notices.Length)).Clear(); // what they refer to may be large
        }

        _capacity = capacity;
        _count = 0;
        _lost = 0;
    }

    /// <inheritdoc/>
    public override void Add(TKey key, TValue value, ShardCacheRemovalCause cause)
    {
        if (_count == _notices.Length && _count < _capacity)
        {
            Array.Resize(ref _notices, (int)Math.Min(_capacity, 2L * _notices.Length));
        }

        _notices[_count % Math.Min(_capacity, _notices.Length)] = TNotice.Create(key, value, cause);
        _count++;
    }

    /// <inheritdoc/>
    public override void Lose() => _lost++;
}
