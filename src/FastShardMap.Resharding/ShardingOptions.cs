using StackExchange.Redis;

namespace FastShardMap.Resharding;

/// <summary>How to reach the servers. Every process that works with the same servers uses the same values.</summary>
/// <remarks>Not thread-safe. <see cref="RoutedStore.ConnectAsync"/> and <see cref="Resharder.ConnectAsync"/> read the
/// properties once.</remarks>
public sealed class ShardingOptions
{
    /// <summary>Gets or sets the connection string of the control server, which stores the table of slots. It may be
    /// one of the servers with data. It can contain a password; <see cref="ToString"/> does not show it.</summary>
    public required string ControlConfiguration { get; init; }

    /// <summary>Gets or sets the function that gives the connection string of a node by its name. By default, the name
    /// is the address, and all other settings are those of <see cref="ControlConfiguration"/>.</summary>
    public Func<string, string>? NodeConfiguration { get; init; }

    /// <summary>Gets or sets how long a process may read by a table of slots before it asks for a newer one. A
    /// coordinator waits that long before it deletes copies. The table stores the lease of the coordinator that created
    /// it, or a longer one of a coordinator that stored a plan; stores with a longer lease are refused.</summary>
    /// <value>500 ms by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not between 20 ms and one minute.</exception>
    public TimeSpan Lease
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(20));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMinutes(1));
            field = value;
        }
    } = TimeSpan.FromMilliseconds(500);

    /// <summary>Gets or sets how long an operation may take, with all its repetitions. Connecting to a server takes one
    /// attempt of at most this time, or of <c>connectTimeout</c> of the connection string if that is shorter.</summary>
    /// <value>5 s by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not between 100 ms and ten minutes.</exception>
    public TimeSpan OperationTimeout
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(100));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMinutes(10));
            field = value;
        }
    } = TimeSpan.FromSeconds(5);

    /// <summary>Says what the options are, without connection strings.</summary>
    /// <returns>A text for logs.</returns>
    public override string ToString() => $"{nameof(ShardingOptions)} lease {Lease}, timeout {OperationTimeout}";

    /// <summary>The lease in whole milliseconds, rounded up.</summary>
    internal long LeaseMilliseconds => (long)Math.Ceiling(Lease.TotalMilliseconds);

    /// <summary>The settings of a connection: no request waits for a connection or longer than the timeout.</summary>
    internal ConfigurationOptions ConnectionOf(string? node)
    {
        ConfigurationOptions options;
        if (node is null)
        {
            options = ConfigurationOptions.Parse(ControlConfiguration);
        }
        else if (NodeConfiguration is not null)
        {
            options = ConfigurationOptions.Parse(NodeConfiguration(node));
        }
        else
        {
            options = ConfigurationOptions.Parse(ControlConfiguration);
            options.EndPoints.Clear();
            options.EndPoints.Add(node);
        }

        int milliseconds = (int)OperationTimeout.TotalMilliseconds;
        options.AbortOnConnectFail = false;
        options.AllowAdmin = true;
        options.AsyncTimeout = milliseconds;
        options.ConnectTimeout = Math.Min(options.ConnectTimeout, milliseconds);
        options.ConnectRetry = 1;
        options.SyncTimeout = milliseconds;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.IncludeDetailInExceptions = false;
        return options;
    }
}
