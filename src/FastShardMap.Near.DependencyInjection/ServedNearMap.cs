using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FastShardMap.Near.DependencyInjection;

/// <summary>A near map that is a service. The host connects it before it starts any service, and a service that is
/// given the map earlier waits. After a failure, the next caller tries again.</summary>
/// <typeparam name="TMap">The type of the map.</typeparam>
/// <param name="services">Has the named options of the map.</param>
/// <param name="name">The name of the map.</param>
/// <param name="kind">How a map of this type is connected, and what it shows.</param>
/// <param name="configure">Returns the options, or null to take the named ones.</param>
internal sealed class ServedNearMap<TMap>(
    IServiceProvider services,
    string name,
    NearMapKind<TMap> kind,
    Func<IServiceProvider, NearMapOptions>? configure)
    : IServedNearMap, IAsyncDisposable
    where TMap : class, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task<TMap>? _connection;
    private bool _isDisposed;

    public string Name { get; } = name;

    /// <summary>The connected map. Blocks until it is connected.</summary>
    public TMap Map => Connection().GetAwaiter().GetResult();

    public Task ConnectAsync(CancellationToken cancellationToken) => Connection().WaitAsync(cancellationToken);

    public NearMapHealth GetHealth() => kind.Health(Map);

    public async ValueTask DisposeAsync()
    {
        Task<TMap>? connection;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            connection = _connection;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        if (connection is not null)
        {
            await ((Task)connection).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (connection.IsCompletedSuccessfully)
            {
                await (await connection.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
        }

        _stop.Dispose();
    }

    private Task<TMap> Connection()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(TMap));
            if (_connection is null or { IsFaulted: true } or { IsCanceled: true })
            {
                NearMapOptions options = Options();
                CancellationToken stop = _stop.Token;

                // On the pool: a caller that blocks may have a synchronization context.
                _connection = Task.Run(() => kind.Connect(options, stop));
            }

            return _connection;
        }
    }

    private NearMapOptions Options()
    {
        NearMapOptions options = configure is null
            ? services.GetRequiredService<IOptionsMonitor<NearMapServiceOptions>>().Get(Name).ToNearMapOptions(Name)
            : configure(services);
        options.Name ??= Name;
        return options;
    }
}
