using System.Text;
using FastShardMap.Near.Engine;
using StackExchange.Redis;

namespace FastShardMap.Near;

/// <summary>The settings of a near map.</summary>
/// <remarks>Not thread-safe. <see cref="NearMap{TKey, TValue}.ConnectAsync"/> copies them.</remarks>
public sealed class NearMapOptions
{
    /// <summary>The most bytes that a prefix can have as UTF-8.</summary>
    public const int MaxPrefixBytes = 128;

    /// <summary>Creates settings.</summary>
    /// <param name="configuration">The connection string of StackExchange.Redis: addresses, password, TLS.</param>
    /// <param name="prefix">The text with which all keys of this map begin at the engine. Near maps with the same
    /// prefix share their entries, so they must have the same types of keys and values.</param>
    /// <exception cref="ArgumentNullException">One of the arguments is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="configuration"/> is not a connection string or has no
    /// address, or <paramref name="prefix"/> is empty, longer than <see cref="MaxPrefixBytes"/>, or contains a brace.
    /// The message does not contain the connection string.</exception>
    public NearMapOptions(string configuration, string prefix)
        : this(Parse(configuration), nameof(configuration), prefix)
    {
    }

    /// <summary>Creates settings.</summary>
    /// <param name="configuration">The settings of the connection, for what a connection string cannot say, such as
    /// the certificates to trust. The object is copied. The map sets some of them itself: timeouts, retries, and that
    /// commands are not queued while the engine is away.</param>
    /// <param name="prefix">The text with which all keys of this map begin at the engine.</param>
    /// <exception cref="ArgumentNullException">One of the arguments is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="configuration"/> has no address, or
    /// <paramref name="prefix"/> is empty, longer than <see cref="MaxPrefixBytes"/>, or contains a brace.</exception>
    public NearMapOptions(ConfigurationOptions configuration, string prefix)
        : this(Copied(configuration), nameof(configuration), prefix)
    {
    }

    private NearMapOptions(ConfigurationOptions? connection, string name, string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        if (connection is not { EndPoints.Count: > 0 })
        {
            throw new ArgumentException("The connection string or its settings have no address.", name);
        }

        if (Encoding.UTF8.GetByteCount(prefix) > MaxPrefixBytes || prefix.AsSpan().IndexOfAny('{', '}') >= 0)
        {
            throw new ArgumentException(
                $"A prefix has at most {MaxPrefixBytes} bytes as UTF-8, and no braces.", nameof(prefix));
        }

        Connection = connection;
        Prefix = prefix;
    }

    /// <summary>Gets the text with which all keys begin at the engine.</summary>
    public string Prefix { get; }

    /// <summary>Gets or sets the bytes of unmanaged memory that the near copies never exceed. When the memory is full,
    /// copies that are seldom read make room (<see cref="ShardCache{TKey, TValue, THasher}"/>).</summary>
    /// <value>64 MiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public long MaxBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = 64L << 20;

    /// <summary>Gets or sets the most near copies to keep.</summary>
    /// <value>Zero by default: only <see cref="MaxBytes"/> limits them.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public long MaxEntries
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    }

    /// <summary>Gets or sets the maximum age of what near copies show: the bound of staleness.</summary>
    /// <value>One second by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 100 ms or more than one
    /// hour.</exception>
    public TimeSpan MaxStaleness
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(100));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromHours(1));
            field = value;
        }
    } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets how long a near copy can live with <see cref="InvalidationSource.Published"/>, which does
    /// not see the writes of other clients.</summary>
    /// <value>One minute by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 100 ms or more than 30 days.</exception>
    public TimeSpan MaxForeignStaleness
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(100));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromDays(30));
            field = value;
        }
    } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how the map learns of changes.</summary>
    /// <value><see cref="InvalidationSource.Auto"/> by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a defined value of the enum.</exception>
    public InvalidationSource Source
    {
        get;
        set
        {
            if (!Enum.IsDefined(value))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "Unknown source of invalidations.");
            }

            field = value;
        }
    }

    /// <summary>Gets or sets whether each near hit reads the clock. Without it a thread of the map checks the bound of
    /// staleness about every 16 ms, which is faster by the time that the clock takes. Then, if the whole process was
    /// stopped, hits until that thread's next step can be older than the bound by the time of the stop.</summary>
    /// <value>False by default.</value>
    public bool ExactStaleness { get; set; }

    /// <summary>Gets or sets how long one operation at the engine may take.</summary>
    /// <value>Two seconds by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 50 ms or more than one
    /// hour.</exception>
    public TimeSpan OperationTimeout
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(50));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromHours(1));
            field = value;
        }
    } = TimeSpan.FromSeconds(2);

    /// <summary>Gets or sets how long <see cref="NearMap{TKey, TValue}.ConnectAsync"/> may take.</summary>
    /// <value>10 seconds by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 100 ms or more than one
    /// hour.</exception>
    public TimeSpan ConnectTimeout
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(100));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromHours(1));
            field = value;
        }
    } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how many reads of single keys may wait for the engine at once. Further ones wait for
    /// their turn, at most <see cref="OperationTimeout"/>.</summary>
    /// <value>1,024 by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public int MaxConcurrentFetches
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1024;

    /// <summary>Gets or sets the most bytes that a value of <see cref="NearBytes"/> can have. Writes of longer values
    /// are refused before they are sent.</summary>
    /// <value>4 MiB by default.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive, or more than 256 MiB.</exception>
    public int MaxValueBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 256 << 20);
            field = value;
        }
    } = 4 << 20;

    /// <summary>Gets or sets whether near hits are counted, for the metrics. Counting takes a few nanoseconds per
    /// hit.</summary>
    /// <value>False by default.</value>
    public bool CountHits { get; set; }

    /// <summary>Gets or sets the name of the map in the metrics.</summary>
    /// <value>The prefix by default.</value>
    public string? Name { get; set; }

    /// <summary>The parsed connection string.</summary>
    internal ConfigurationOptions Connection { get; }

    /// <summary>Where the entries are, if that is not the server of <see cref="Connection"/> alone, because slots move
    /// between servers. Invalidations still come from that server.</summary>
    internal IEntryStore? Entries { get; set; }

    /// <summary>Returns the addresses and the prefix, without the password.</summary>
    /// <returns>A text for logs.</returns>
    public override string ToString() => $"{nameof(NearMapOptions)} {Addresses(Connection)}, prefix {Prefix}";

    internal static string Addresses(ConfigurationOptions connection) => string.Join(',', connection.EndPoints);

    internal NearMapOptions Copy() => (NearMapOptions)MemberwiseClone();

    private static ConfigurationOptions Copied(ConfigurationOptions configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration.Clone();
    }

    private static ConfigurationOptions? Parse(string configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        try
        {
            return ConfigurationOptions.Parse(configuration);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            return null; // the message of the exception can repeat the text, and with it the password
        }
    }
}
