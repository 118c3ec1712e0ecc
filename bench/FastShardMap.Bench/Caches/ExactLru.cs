namespace FastShardMap.Bench.Caches;

/// <summary>The least recently used entry leaves, exactly; for one thread.</summary>
internal sealed class ExactLru(int capacity) : ICacheUnderTest<ExactLru>
{
    private readonly Dictionary<ulong, LinkedListNode<(ulong Key, ulong Value)>> _nodes = [];
    private readonly LinkedList<(ulong Key, ulong Value)> _order = [];

    public static string Label => "exact LRU";

    public long NativeBytes => 0;

    public long Count => _nodes.Count;

    public static ExactLru Create(int capacity) => new(capacity);

    public bool TryGet(ulong key, out ulong value)
    {
        if (!_nodes.TryGetValue(key, out LinkedListNode<(ulong Key, ulong Value)>? node))
        {
            value = 0;
            return false;
        }

        _order.Remove(node);
        _order.AddFirst(node);
        value = node.Value.Value;
        return true;
    }

    public void Set(ulong key, ulong value)
    {
        if (_nodes.TryGetValue(key, out LinkedListNode<(ulong Key, ulong Value)>? node))
        {
            node.Value = (key, value);
            return;
        }

        if (_nodes.Count >= capacity)
        {
            _nodes.Remove(_order.Last!.Value.Key);
            _order.RemoveLast();
        }

        _nodes.Add(key, _order.AddFirst((key, value)));
    }

    public void Settle()
    {
    }

    public void Dispose()
    {
        _nodes.Clear();
        _order.Clear();
    }
}
