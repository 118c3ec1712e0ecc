namespace FastShardMap.Bench.Caches;

/// <summary>S3-FIFO as published (Yang, Zhang, Qiu, Yue and Rashmi, SOSP 2023): a small queue of a tenth of the
/// entries, a main queue with reinsertion, and a ghost queue of as many keys as the main queue has entries; for one
/// thread.</summary>
internal sealed class ExactS3Fifo : ICacheUnderTest<ExactS3Fifo>
{
    private const int MaxFrequency = 3;
    private const int SmallPart = 10;

    /// <summary>An entry must have been used more than this often in the small queue to go to the main queue.</summary>
    private const int Threshold = 1;

    private readonly Dictionary<ulong, Node> _nodes = [];
    private readonly Queue<Node> _small = new();
    private readonly Queue<Node> _main = new();
    private readonly Queue<(ulong Key, long Number)> _ghostOrder = new();
    private readonly Dictionary<ulong, long> _ghosts = [];
    private readonly int _capacity;
    private readonly int _smallCapacity;
    private long _ghostNumber;

    private ExactS3Fifo(int capacity)
    {
        _capacity = capacity;
        _smallCapacity = Math.Max(1, capacity / SmallPart);
    }

    public static string Label => "exact S3-FIFO";

    public long NativeBytes => 0;

    public long Count => _nodes.Count;

    public static ExactS3Fifo Create(int capacity) => new(capacity);

    public bool TryGet(ulong key, out ulong value)
    {
        if (!_nodes.TryGetValue(key, out Node? node))
        {
            value = 0;
            return false;
        }

        node.Frequency = Math.Min(MaxFrequency, node.Frequency + 1);
        value = node.Value;
        return true;
    }

    public void Set(ulong key, ulong value)
    {
        if (_nodes.TryGetValue(key, out Node? node))
        {
            node.Value = value;
            return;
        }

        if (_nodes.Count >= _capacity)
        {
            Evict();
        }

        node = new Node { Key = key, Value = value };
        _nodes.Add(key, node);
        (_ghosts.Remove(key) ? _main : _small).Enqueue(node);
    }

    public void Settle()
    {
    }

    public void Dispose() => _nodes.Clear();

    private void Evict()
    {
        int before = _nodes.Count;
        while (_nodes.Count == before)
        {
            if (_small.Count >= _smallCapacity || _main.Count == 0)
            {
                EvictSmall();
            }
            else
            {
                EvictMain();
            }
        }
    }

    private void EvictSmall()
    {
        while (_small.TryDequeue(out Node? node))
        {
            if (node.Frequency > Threshold)
            {
                node.Frequency = 0;
                _main.Enqueue(node);
                continue;
            }

            _nodes.Remove(node.Key);
            AddGhost(node.Key);
            return;
        }
    }

    private void EvictMain()
    {
        while (_main.TryDequeue(out Node? node))
        {
            if (node.Frequency > 0)
            {
                node.Frequency--;
                _main.Enqueue(node);
                continue;
            }

            _nodes.Remove(node.Key);
            return;
        }
    }

    private void AddGhost(ulong key)
    {
        _ghosts[key] = ++_ghostNumber;
        _ghostOrder.Enqueue((key, _ghostNumber));
        while (_ghosts.Count > Math.Max(1, _capacity - _smallCapacity))
        {
            (ulong oldest, long number) = _ghostOrder.Dequeue();
            if (_ghosts.TryGetValue(oldest, out long current) && current == number)
            {
                _ghosts.Remove(oldest);
            }
        }
    }

    private sealed class Node
    {
        public required ulong Key { get; init; }

        public ulong Value { get; set; }

        public int Frequency { get; set; }
    }
}
