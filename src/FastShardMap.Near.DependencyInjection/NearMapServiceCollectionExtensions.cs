using FastShardMap.Extensions.DependencyInjection;
using FastShardMap.Near;
using FastShardMap.Near.DependencyInjection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

#pragma warning disable IDE0130 // extensions of the framework's types are in the framework's namespace

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds near maps to a service collection.</summary>
public static class NearMapServiceCollectionExtensions
{
    /// <summary>Adds a near map as a singleton: as a keyed service with its name as the key, and as a service without a
    /// key as long as it is the only near map of its type.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the map. It is the key of the service, the name of the options, and the name of
    /// the map in the metrics.</param>
    /// <param name="configure">Sets the options. Null for options that are configured with
    /// <see cref="OptionsServiceCollectionExtensions.Configure{TOptions}(IServiceCollection, string,
    /// Action{TOptions})"/> and the name of the map.</param>
    /// <returns>The service collection.</returns>
    /// <remarks>The host connects the map before it starts its first service, and does not start if that fails. A
    /// service that is given the map earlier blocks until the map is connected, at most for
    /// <see cref="NearMapServiceOptions.ConnectTimeout"/>. The map is disposed with the service provider, which must be
    /// disposed asynchronously, as hosts do. Not thread-safe, as service collections are not.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="name"/> is
    /// null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or a near map of this name is registered
    /// already.</exception>
    public static IServiceCollection AddShardMapNearMap<TKey, TValue>(
        this IServiceCollection services, string name, Action<NearMapServiceOptions>? configure = null)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        return Add(services, name, NearMapKinds.Of<TKey, TValue>(), configure);
    }

    /// <summary>Adds a near map as a singleton, with options from the configuration.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the map. It is the key of the service, the name of the options, and the name of
    /// the map in the metrics.</param>
    /// <param name="configuration">The section of the configuration whose values are the options, such as
    /// <c>ConnectionString</c> and <c>MaxStaleness</c>.</param>
    /// <returns>The service collection.</returns>
    /// <inheritdoc cref="AddShardMapNearMap{TKey, TValue}(IServiceCollection, string, Action{NearMapServiceOptions})"
    /// path="/remarks"/>
    /// <exception cref="ArgumentNullException">One of the arguments is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or a near map of this name is registered
    /// already.</exception>
    public static IServiceCollection AddShardMapNearMap<TKey, TValue>(
        this IServiceCollection services, string name, IConfiguration configuration)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        return Add(services, name, NearMapKinds.Of<TKey, TValue>(), configuration);
    }

    /// <summary>Adds a near map as a singleton, with the options that a function returns. It can set what a connection
    /// string cannot say, such as the certificates to trust.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the map. It is the key of the service, and the name of the map in the metrics
    /// unless the options have another.</param>
    /// <param name="options">Returns the options when the map is connected.</param>
    /// <returns>The service collection.</returns>
    /// <inheritdoc cref="AddShardMapNearMap{TKey, TValue}(IServiceCollection, string, Action{NearMapServiceOptions})"
    /// path="/remarks"/>
    /// <exception cref="ArgumentNullException">One of the arguments is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or a near map of this name is registered
    /// already.</exception>
    public static IServiceCollection AddShardMapNearMap<TKey, TValue>(
        this IServiceCollection services, string name, Func<IServiceProvider, NearMapOptions> options)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        return Add(services, name, NearMapKinds.Of<TKey, TValue>(), options);
    }

    /// <summary>Adds a near map from text or bytes to bytes as a singleton: as a keyed service with its name as the
    /// key, and as a service without a key as long as it is the only one.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the map. It is the key of the service, the name of the options, and the name of
    /// the map in the metrics.</param>
    /// <param name="configure">Sets the options. Null for options that are configured with
    /// <see cref="OptionsServiceCollectionExtensions.Configure{TOptions}(IServiceCollection, string,
    /// Action{TOptions})"/> and the name of the map.</param>
    /// <returns>The service collection.</returns>
    /// <inheritdoc cref="AddShardMapNearMap{TKey, TValue}(IServiceCollection, string, Action{NearMapServiceOptions})"
    /// path="/remarks"/>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="name"/> is
    /// null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or a near map of this name is registered
    /// already.</exception>
    public static IServiceCollection AddShardMapNearBytes(
        this IServiceCollection services, string name, Action<NearMapServiceOptions>? configure = null) =>
        Add(services, name, NearMapKinds.Bytes, configure);

    /// <summary>Adds a near map from text or bytes to bytes as a singleton, with options from the
    /// configuration.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the map. It is the key of the service, the name of the options, and the name of
    /// the map in the metrics.</param>
    /// <param name="configuration">The section of the configuration whose values are the options, such as
    /// <c>ConnectionString</c> and <c>MaxStaleness</c>.</param>
    /// <returns>The service collection.</returns>
    /// <inheritdoc cref="AddShardMapNearMap{TKey, TValue}(IServiceCollection, string, Action{NearMapServiceOptions})"
    /// path="/remarks"/>
    /// <exception cref="ArgumentNullException">One of the arguments is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or a near map of this name is registered
    /// already.</exception>
    public static IServiceCollection AddShardMapNearBytes(
        this IServiceCollection services, string name, IConfiguration configuration) =>
        Add(services, name, NearMapKinds.Bytes, configuration);

    /// <summary>Adds a near map from text or bytes to bytes as a singleton, with the options that a function
    /// returns.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the map. It is the key of the service, and the name of the map in the metrics
    /// unless the options have another.</param>
    /// <param name="options">Returns the options when the map is connected.</param>
    /// <returns>The service collection.</returns>
    /// <inheritdoc cref="AddShardMapNearMap{TKey, TValue}(IServiceCollection, string, Action{NearMapServiceOptions})"
    /// path="/remarks"/>
    /// <exception cref="ArgumentNullException">One of the arguments is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or a near map of this name is registered
    /// already.</exception>
    public static IServiceCollection AddShardMapNearBytes(
        this IServiceCollection services, string name, Func<IServiceProvider, NearMapOptions> options) =>
        Add(services, name, NearMapKinds.Bytes, options);

    private static IServiceCollection Add<TMap>(
        IServiceCollection services, string name, NearMapKind<TMap> kind, Action<NearMapServiceOptions>? configure)
        where TMap : class, IAsyncDisposable
    {
        AddMap(services, name, kind, options: null);
        AddOptions(services, name);
        return configure is null ? services : services.Configure(name, configure);
    }

    private static IServiceCollection Add<TMap>(
        IServiceCollection services, string name, NearMapKind<TMap> kind, IConfiguration configuration)
        where TMap : class, IAsyncDisposable
    {
        ArgumentNullException.ThrowIfNull(configuration);
        AddMap(services, name, kind, options: null);
        AddOptions(services, name).Bind(configuration);
        return services;
    }

    private static IServiceCollection Add<TMap>(
        IServiceCollection services,
        string name,
        NearMapKind<TMap> kind,
        Func<IServiceProvider, NearMapOptions> options)
        where TMap : class, IAsyncDisposable
    {
        ArgumentNullException.ThrowIfNull(options);
        AddMap(services, name, kind, options);
        return services;
    }

    private static void AddMap<TMap>(
        IServiceCollection services,
        string name,
        NearMapKind<TMap> kind,
        Func<IServiceProvider, NearMapOptions>? options)
        where TMap : class, IAsyncDisposable
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        MapNames.Of(services).Add(name, typeof(TMap));
        services.AddKeyedSingleton(
            name, (provider, _) => new ServedNearMap<TMap>(provider, name, kind, options));
        services.AddKeyedSingleton<IServedNearMap>(
            name, (provider, _) => provider.GetRequiredKeyedService<ServedNearMap<TMap>>(name));
        services.AddKeyedSingleton(
            name, (provider, _) => provider.GetRequiredKeyedService<ServedNearMap<TMap>>(name).Map);
        services.TryAddSingleton(
            provider => provider.GetRequiredKeyedService<TMap>(
                provider.GetRequiredService<MapNames>().OnlyNameOf(typeof(TMap))));
        services.AddSingleton<IHostedService>(
            provider => new NearMapHostedService(provider.GetRequiredKeyedService<IServedNearMap>(name)));
    }

    private static OptionsBuilder<NearMapServiceOptions> AddOptions(IServiceCollection services, string name)
    {
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<NearMapServiceOptions>, NearMapServiceOptionsValidator>());
        return services.AddOptions<NearMapServiceOptions>(name).ValidateOnStart();
    }
}
