namespace FastShardMap.Routing.Tests;

/// <summary>Lists of nodes drawn from a seed, which a failing test names.</summary>
internal sealed class RandomNodes(int seed)
{
    private readonly Random _random = new(seed);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    public int Below(int bound) => _random.Next(bound);

    public static NodeWeight[] Equal(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new NodeWeight($"node-{i}"))];

    /// <summary>Nodes with distinct names and weights between 0.25 and 4.</summary>
    public NodeWeight[] Weighted(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new NodeWeight($"n{_random.Next()}-{i}", Weight()))];

    /// <summary>Some nodes leave, some come, some change their weights, and the order is another.</summary>
    public NodeWeight[] Changed(NodeWeight[] nodes)
    {
        NodeWeight[] kept = [.. nodes.Where(_ => _random.Next(4) > 0)];
        NodeWeight[] changed =
        [
            .. kept.Select(node => _random.Next(3) == 0 ? new NodeWeight(node.Name, Weight()) : node),
            .. Weighted(_random.Next(1, 6)),
        ];
        return Shuffled(changed);
    }

    public NodeWeight[] Shuffled(NodeWeight[] nodes)
    {
        NodeWeight[] copy = [.. nodes];
        _random.Shuffle(copy);
        return copy;
    }

    private double Weight() => _random.Next(1, 17) / 4.0;
}
