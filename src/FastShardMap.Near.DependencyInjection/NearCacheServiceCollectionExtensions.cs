using FastShardMap.Caching.Hybrid;
using FastShardMap.Near;
using FastShardMap.Near.DependencyInjection;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;

#pragma warning disable IDE0130 // extensions of the framework's types are in the framework's namespace

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds <see cref="HybridCache"/> over a near map: entries that all instances of a service share, with near
/// copies in the unmanaged memory of each.</summary>
public static class NearCacheServiceCollectionExtensions
{
    /// <summary>Adds <see cref="HybridCache"/> over a near map from text to bytes, which is a service of this name as
    /// by <see cref="NearMapServiceCollectionExtensions.AddShardMapNearBytes(IServiceCollection, string,
    /// Action{NearMapServiceOptions})"/>.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the map. It is the key of the service, the name of the options, and the name of
    /// the map in the metrics.</param>
    /// <param name="configure">Sets the options. Null for options that are configured with
    /// <see cref="OptionsServiceCollectionExtensions.Configure{TOptions}(IServiceCollection, string,
    /// Action{TOptions})"/> and the name of the map.</param>
    /// <returns>A builder to configure HybridCache further.</returns>
    /// <remarks>The local cache of HybridCache is off: a near copy takes its place, and is dropped when another
    /// instance sets or removes the entry. Values of unmanaged types are stored with their bytes in memory. The
    /// registration replaces <see cref="IDistributedCache"/> of the services. If the engine cannot be reached,
    /// HybridCache runs the factory, as with any other distributed cache. The host connects the map when it starts, and
    /// does not start if that fails.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="name"/> is
    /// null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or a near map of this name is registered
    /// already.</exception>
    public static IHybridCacheBuilder AddShardMapNearCache(
        this IServiceCollection services, string name, Action<NearMapServiceOptions>? configure = null) =>
        AddCache(services.AddShardMapNearBytes(name, configure), name);

    /// <summary>Adds <see cref="HybridCache"/> over a near map from text to bytes, with options from the
    /// configuration.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the map. It is the key of the service, the name of the options, and the name of
    /// the map in the metrics.</param>
    /// <param name="configuration">The section of the configuration whose values are the options, such as
    /// <c>ConnectionString</c> and <c>MaxStaleness</c>.</param>
    /// <returns>A builder to configure HybridCache further.</returns>
    /// <inheritdoc cref="AddShardMapNearCache(IServiceCollection, string, Action{NearMapServiceOptions})"
    /// path="/remarks"/>
    /// <exception cref="ArgumentNullException">One of the arguments is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or a near map of this name is registered
    /// already.</exception>
    public static IHybridCacheBuilder AddShardMapNearCache(
        this IServiceCollection services, string name, IConfiguration configuration) =>
        AddCache(services.AddShardMapNearBytes(name, configuration), name);

    /// <summary>Adds <see cref="HybridCache"/> over a near map from text to bytes, with the options that a function
    /// returns.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the map. It is the key of the service, and the name of the map in the metrics
    /// unless the options have another.</param>
    /// <param name="options">Returns the options when the map is connected.</param>
    /// <returns>A builder to configure HybridCache further.</returns>
    /// <inheritdoc cref="AddShardMapNearCache(IServiceCollection, string, Action{NearMapServiceOptions})"
    /// path="/remarks"/>
    /// <exception cref="ArgumentNullException">One of the arguments is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or a near map of this name is registered
    /// already.</exception>
    public static IHybridCacheBuilder AddShardMapNearCache(
        this IServiceCollection services, string name, Func<IServiceProvider, NearMapOptions> options) =>
        AddCache(services.AddShardMapNearBytes(name, options), name);

    private static IHybridCacheBuilder AddCache(IServiceCollection services, string name)
    {
        services.Replace(ServiceDescriptor.Singleton<IDistributedCache>(provider => new NearDistributedCache(
            provider.GetRequiredKeyedService<NearBytes>(name),
            provider.GetService<TimeProvider>() ?? TimeProvider.System)));
        return OffHeapHybridCache.AddTo(services);
    }
}
