using FastShardMap.Layout;

namespace FastShardMap.Tests.Caching;

/// <summary>
/// The policy of one shard without slots: two queues of keys, marks, and ghosts. It decides as the cache does as long
/// as no entry is removed or expires, so that no slot keeps the place of an earlier entry.
/// </summary>
internal sealed class PolicyModel(long limit, Func<long, ulong> hashOf)
{
    private const int MaxPops = 16;
    private readonly Queue<long> _small = [];
    private readonly Queue<long> _main = [];
    private readonly Dictionary<long, int> _marks = [];
    private readonly GhostWord[] _ghosts = new GhostWord[(((limit * 9 / 8) + 3) / 4) * 4];
    private uint _epoch = 1;
    private long _epochEvictions;
    private long _target = Math.Max(2, limit * 2 / 10);

    public long Hits { get; private set; }

    public long Evicted { get; private set; }

    public long Forced { get; private set; }

    public long GhostHits { get; private set; }

    public double SmallShare => _target / 2.0 / limit;

    public IEnumerable<long> Keys => _marks.Keys;

    public bool Contains(long key) => _marks.ContainsKey(key);

    public bool TryGet(long key)
    {
        if (!_marks.TryGetValue(key, out int mark))
        {
            return false;
        }

        _marks[key] = Math.Min(3, mark + 1);
        Hits++;
        return true;
    }

    public void Set(long key)
    {
        if (_marks.TryGetValue(key, out int mark))
        {
            _marks[key] = Math.Min(3, mark + 1);
            return;
        }

        bool isFilling = _marks.Count < limit;
        if (!isFilling)
        {
            Evict();
        }

        bool returns = TakeGhost(key);
        _marks.Add(key, 0);
        if (returns)
        {
            _main.Enqueue(key);
            return;
        }

        if (isFilling && _small.Count * 2 >= _target)
        {
            _main.Enqueue(_small.Dequeue());
        }

        _small.Enqueue(key);
    }

    private void Evict()
    {
        for (int pops = 1;; pops++)
        {
            bool isSmall = _small.Count != 0 && (_main.Count == 0 || _small.Count * 2 >= _target);
            long key = isSmall ? _small.Dequeue() : _main.Dequeue();
            bool isSpared = isSmall ? _marks[key] >= 2 : _marks[key] > 0;
            if (isSpared && pops < MaxPops)
            {
                _marks[key] = isSmall ? 0 : _marks[key] - 1;
                _main.Enqueue(key);
                continue;
            }

            _marks.Remove(key);
            Evicted++;
            Forced += isSpared ? 1 : 0;
            AddGhost(key, wasInMain: !isSmall);
            return;
        }
    }

    private Span<GhostWord> RowOf(long key, out uint fingerprint)
    {
        uint row = GhostWord.RowOf(hashOf(key), (uint)_ghosts.Length / 4, out fingerprint);
        return _ghosts.AsSpan((int)row * 4, 4);
    }

    private bool TakeGhost(long key)
    {
        foreach (ref GhostWord ghost in RowOf(key, out uint fingerprint))
        {
            if (ghost.IsNone || ghost.Fingerprint != fingerprint || ghost.Age(_epoch) > GhostWord.MaxAge)
            {
                continue;
            }

            GhostHits++;
            if (ghost.WasInMain)
            {
                _target = Math.Max(Math.Max(2, limit * 2 / 50), _target - Math.Min(_target, 2));
            }
            else if (ghost.Age(_epoch) <= 1)
            {
                _target = Math.Min(Math.Max(2, limit), _target + 2);
            }
            else if (_target > Math.Max(2, limit * 2 / 10))
            {
                _target--;
            }

            ghost = default;
            return true;
        }

        return false;
    }

    private void AddGhost(long key, bool wasInMain)
    {
        if (++_epochEvictions >= Math.Max(1, limit / 8))
        {
            _epochEvictions = 0;
            _epoch = GhostWord.Next(_epoch);
        }

        Span<GhostWord> row = RowOf(key, out uint fingerprint);
        int oldest = 0;
        uint oldestAge = 0;
        for (int index = 0; index < row.Length; index++)
        {
            uint age = row[index].IsNone ? GhostWord.Epochs : row[index].Age(_epoch);
            if (age >= oldestAge)
            {
                (oldest, oldestAge) = (index, age);
            }
        }

        row[oldest] = GhostWord.Create(fingerprint, wasInMain, _epoch);
    }
}
