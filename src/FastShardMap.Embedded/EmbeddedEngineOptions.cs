namespace FastShardMap.Embedded;

/// <summary>What <see cref="EmbeddedEngine.StartAsync"/> starts.</summary>
/// <remarks>Not thread-safe. <see cref="EmbeddedEngine.StartAsync"/> reads the properties once.</remarks>
public sealed class EmbeddedEngineOptions
{
    /// <summary>The most nodes that one engine can have.</summary>
    public const int MaxNodeCount = 16;

    /// <summary>The least memory that a node can have: 16 MiB.</summary>
    public const long MinMemoryBytes = 16L << 20;

    /// <summary>Gets or sets the number of nodes. One node is a standalone server; several nodes are a cluster in
    /// which each node is a primary with an equal share of the 16,384 slots.</summary>
    /// <value>1 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1 or greater than
    /// <see cref="MaxNodeCount"/>.</exception>
    public int NodeCount
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxNodeCount);
            field = value;
        }
    } = 1;

    /// <summary>Gets or sets the memory for records per node, in bytes. The engine rounds it down to a power of
    /// two, and drops the oldest records when the memory is full.</summary>
    /// <value>128 MiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than
    /// <see cref="MinMemoryBytes"/>.</exception>
    public long MemoryBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, MinMemoryBytes);
            field = value;
        }
    } = 128L << 20;

    /// <summary>Gets or sets the time that the start may take, until all nodes answer.</summary>
    /// <value>One minute by default: on a loaded machine a node can take several seconds.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public TimeSpan StartTimeout
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromMinutes(1);
}
