namespace FastShardMap.Routing;

/// <summary>A node, and how much of the slots it should own in proportion to the other nodes.</summary>
/// <remarks>The name identifies the node in every table and plan, so it should be stable: an address, or an identity
/// that outlives it. Names are compared ordinally.</remarks>
public sealed record NodeWeight
{
    /// <summary>The largest weight.</summary>
    public const double MaxWeight = 1_000_000;

    /// <summary>The smallest weight.</summary>
    public const double MinWeight = 0.000_001;

    /// <summary>Names a node and gives it a weight.</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="weight">The node's weight. A node of weight 2 should own twice as many slots as one of weight
    /// 1.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null, empty or white space.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="weight"/> is not a number between
    /// <see cref="MinWeight"/> and <see cref="MaxWeight"/>.</exception>
    public NodeWeight(string name, double weight = 1)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!(weight is >= MinWeight and <= MaxWeight))
        {
            throw new ArgumentOutOfRangeException(
                nameof(weight), weight, $"The weight of node '{name}' must lie between 0.000001 and 1000000.");
        }

        Name = name;
        Weight = weight;
    }

    /// <summary>The node's name.</summary>
    public string Name { get; }

    /// <summary>The node's weight.</summary>
    public double Weight { get; }
}
