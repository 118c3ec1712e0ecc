using FastShardMap;
using FastShardMap.Extensions.DependencyInjection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

#pragma warning disable IDE0130 // extensions of the framework's types are in the framework's namespace

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds maps to a service collection.</summary>
public static class ShardMapServiceCollectionExtensions
{
    /// <summary>Adds a map as a singleton: as a keyed service with its name as the key, and as a service without a key
    /// as long as it is the only map of its type.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the map. It is the key of the service, the name of the options, and the name of
    /// the map in metrics, events and dumps.</param>
    /// <param name="configure">Sets the options. Null for the defaults, or for options that are configured with
    /// <see cref="OptionsServiceCollectionExtensions.Configure{TOptions}(IServiceCollection, string,
    /// Action{TOptions})"/> and the name of the map.</param>
    /// <returns>The service collection.</returns>
    /// <remarks>The map is created when it is first resolved; a host does that before it starts its first service. If
    /// the options have a path, the map is then loaded, on the thread that resolves it. It is saved when the host has
    /// stopped all its services, and is disposed with the service provider. Not thread-safe, as service collections are
    /// not.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="name"/> is
    /// null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or a map of this name is registered
    /// already.</exception>
    public static IServiceCollection AddShardMap<TKey, TValue>(
        this IServiceCollection services, string name, Action<ShardMapServiceOptions>? configure = null)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        Add<TKey, TValue, DefaultHasher<TKey>, ShardMap<TKey, TValue>>(
            services,
            name,
            static options => new ShardMap<TKey, TValue>(options),
            static (path, options) => ShardMap<TKey, TValue>.LoadFrom(path, options));
        return ConfigureIfGiven(services, name, configure);
    }

    /// <summary>Adds a map as a singleton, with options from the configuration.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the map. It is the key of the service, the name of the options, and the name of
    /// the map in metrics, events and dumps.</param>
    /// <param name="configuration">The section of the configuration whose values are the options, such as
    /// <c>Capacity</c> and <c>Path</c>.</param>
    /// <returns>The service collection.</returns>
    /// <inheritdoc cref="AddShardMap{TKey, TValue}(IServiceCollection, string, Action{ShardMapServiceOptions})"
    /// path="/remarks"/>
    /// <exception cref="ArgumentNullException">One of the arguments is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or a map of this name is registered
    /// already.</exception>
    public static IServiceCollection AddShardMap<TKey, TValue>(
        this IServiceCollection services, string name, IConfiguration configuration)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddShardMap<TKey, TValue>(name);
        services.AddOptions<ShardMapServiceOptions>(name).Bind(configuration);
        return services;
    }

    /// <summary>Adds a map with a hasher of its own as a singleton: as a keyed service with its name as the key, and as
    /// a service without a key as long as it is the only map of its type.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <typeparam name="THasher">The type of the hasher.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the map. It is the key of the service, the name of the options, and the name of
    /// the map in metrics, events and dumps.</param>
    /// <param name="configure">Sets the options. Null for the defaults.</param>
    /// <returns>The service collection.</returns>
    /// <inheritdoc cref="AddShardMap{TKey, TValue}(IServiceCollection, string, Action{ShardMapServiceOptions})"
    /// path="/remarks"/>
    /// <inheritdoc cref="AddShardMap{TKey, TValue}(IServiceCollection, string, Action{ShardMapServiceOptions})"
    /// path="/exception"/>
    public static IServiceCollection AddShardMap<TKey, TValue, THasher>(
        this IServiceCollection services, string name, Action<ShardMapServiceOptions>? configure = null)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where THasher : struct, IKeyHasher<TKey>
    {
        Add<TKey, TValue, THasher, ShardMap<TKey, TValue, THasher>>(
            services,
            name,
            static options => new ShardMap<TKey, TValue, THasher>(options),
            static (path, options) => ShardMap<TKey, TValue, THasher>.LoadFrom(path, options));
        return ConfigureIfGiven(services, name, configure);
    }

    private static void Add<TKey, TValue, THasher, TMap>(
        IServiceCollection services,
        string name,
        Func<ShardMapOptions, TMap> create,
        Func<string, ShardMapOptions, TMap> load)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where THasher : struct, IKeyHasher<TKey>
        where TMap : ShardMap<TKey, TValue, THasher>
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        MapNames.Of(services).Add(name, typeof(TMap));
        services.AddOptions<ShardMapServiceOptions>(name).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<ShardMapServiceOptions>, ShardMapServiceOptionsValidator>());
        MapFactory<TKey, TValue, THasher> factory = new(create, load);
        services.AddKeyedSingleton(
            name, (provider, _) => new ServedMap<TKey, TValue, THasher>(provider, name, factory));
        services.AddKeyedSingleton<IServedMap>(
            name,
            (provider, _) => provider.GetRequiredKeyedService<ServedMap<TKey, TValue, THasher>>(name));
        services.AddKeyedSingleton(
            name,
            (provider, _) => (TMap)provider.GetRequiredKeyedService<ServedMap<TKey, TValue, THasher>>(name).Map);
        services.TryAddSingleton(
            provider => provider.GetRequiredKeyedService<TMap>(
                provider.GetRequiredService<MapNames>().OnlyNameOf(typeof(TMap))));
        services.AddSingleton<IHostedService>(
            provider => new MapHostedService(
                provider.GetRequiredKeyedService<IServedMap>(name),
                provider.GetService<TimeProvider>() ?? TimeProvider.System));
    }

    private static IServiceCollection ConfigureIfGiven(
        IServiceCollection services, string name, Action<ShardMapServiceOptions>? configure) =>
        configure is null ? services : services.Configure(name, configure);
}
