namespace FastShardMap.Near.DependencyInjection;

/// <summary>Specifies how a near map that is a service is connected. The options of each map are named options, with
/// the name of the map.</summary>
/// <remarks>The options are read once, when the map is connected, and are validated then and when the host starts. They
/// have the meanings and limits of those of <see cref="NearMapOptions"/>.</remarks>
public sealed class NearMapServiceOptions
{
    /// <summary>The connection string of StackExchange.Redis: addresses, password, TLS. Required.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The text with which all keys of the map begin at the engine. Default: null, for the name of the map
    /// followed by a colon.</summary>
    public string? Prefix { get; set; }

    /// <summary>The bytes of unmanaged memory that the near copies never exceed. Default: 64 MiB.</summary>
    public long MaxBytes { get; set; } = 64L << 20;

    /// <summary>The most near copies to keep. Default: null, and only <see cref="MaxBytes"/> limits them.</summary>
    public long? MaxEntries { get; set; }

    /// <summary>How old the state may be that near copies show. Default: one second.</summary>
    public TimeSpan MaxStaleness { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a near copy can live with <see cref="InvalidationSource.Published"/>. Default: one
    /// minute.</summary>
    public TimeSpan MaxForeignStaleness { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How the map learns of changes. Default: <see cref="InvalidationSource.Auto"/>.</summary>
    public InvalidationSource Source { get; set; }

    /// <summary>Whether each near hit reads the clock; see <see cref="NearMapOptions.ExactStaleness"/>. Default:
    /// false.</summary>
    public bool ExactStaleness { get; set; }

    /// <summary>How long one operation at the engine may take. Default: two seconds.</summary>
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long connecting may take. Default: 10 seconds.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many reads of single keys may wait for the engine at once. Default: 1,024.</summary>
    public int MaxConcurrentFetches { get; set; } = 1024;

    /// <summary>The most bytes that a value of <see cref="NearBytes"/> can have. Default: 4 MiB.</summary>
    public int MaxValueBytes { get; set; } = 4 << 20;

    /// <summary>Whether near hits are counted, for the metrics. Default: false.</summary>
    public bool CountHits { get; set; }

    /// <summary>Returns the prefix, without the connection string.</summary>
    /// <returns>A text for logs.</returns>
    public override string ToString() => $"{nameof(NearMapServiceOptions)} prefix {Prefix}";

    /// <exception cref="ArgumentException">One of the options is not valid. The message does not contain the connection
    /// string.</exception>
    internal NearMapOptions ToNearMapOptions(string name)
    {
        NearMapOptions options = new(ConnectionString ?? "", PrefixOf(name));
        foreach ((_, Action<NearMapOptions> set) in Setters())
        {
            set(options);
        }

        return options;
    }

    /// <summary>The options that are not valid, and why.</summary>
    internal IEnumerable<string> FaultsOf(string name)
    {
        NearMapOptions? options = null;
        string? fault = FaultOf(
            nameof(ConnectionString), name, () => options = new NearMapOptions(ConnectionString ?? "", "p"));
        if (fault is not null)
        {
            yield return fault;
        }

        fault = FaultOf(nameof(Prefix), name, () => _ = new NearMapOptions("localhost", PrefixOf(name)));
        if (fault is not null)
        {
            yield return fault;
        }

        options ??= new NearMapOptions("localhost", "p");
        foreach ((string option, Action<NearMapOptions> set) in Setters())
        {
            fault = FaultOf(option, name, () => set(options));
            if (fault is not null)
            {
                yield return fault;
            }
        }
    }

    private static string? FaultOf(string option, string name, Action set)
    {
        try
        {
            set();
            return null;
        }
        catch (ArgumentException exception)
        {
            // Without the parameter's name, which is that of another class, and without the value.
            string message = exception.Message.Split(" (Parameter", 2, StringSplitOptions.None)[0];
            return $"The option {option} of the near map '{name}' is not valid. {message}";
        }
    }

    private string PrefixOf(string name) => Prefix ?? $"{name}:";

    private IEnumerable<(string Option, Action<NearMapOptions> Set)> Setters()
    {
        yield return (nameof(MaxBytes), options => options.MaxBytes = MaxBytes);
        if (MaxEntries is long entries)
        {
            yield return (nameof(MaxEntries), options => options.MaxEntries = entries);
        }

        yield return (nameof(MaxStaleness), options => options.MaxStaleness = MaxStaleness);
        yield return (nameof(MaxForeignStaleness), options => options.MaxForeignStaleness = MaxForeignStaleness);
        yield return (nameof(Source), options => options.Source = Source);
        yield return (nameof(ExactStaleness), options => options.ExactStaleness = ExactStaleness);
        yield return (nameof(OperationTimeout), options => options.OperationTimeout = OperationTimeout);
        yield return (nameof(ConnectTimeout), options => options.ConnectTimeout = ConnectTimeout);
        yield return (
            nameof(MaxConcurrentFetches), options => options.MaxConcurrentFetches = MaxConcurrentFetches);
        yield return (nameof(MaxValueBytes), options => options.MaxValueBytes = MaxValueBytes);
        yield return (nameof(CountHits), options => options.CountHits = CountHits);
    }
}
