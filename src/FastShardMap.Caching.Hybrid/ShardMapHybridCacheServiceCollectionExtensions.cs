using FastShardMap;
using FastShardMap.Caching.Hybrid;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers HybridCache over a bounded cache in unmanaged memory.</summary>
public static class ShardMapHybridCacheServiceCollectionExtensions
{
    /// <summary>Adds <see cref="HybridCache"/> whose entries are in a <see cref="BlobShardCache"/>, a singleton of the
    /// services. The local cache of HybridCache is off.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options of the cache. <see cref="ShardCacheOptions.MaxBytes"/> is
    /// required.</param>
    /// <returns>A builder to configure HybridCache further.</returns>
    /// <remarks>Values of unmanaged types are stored with their bytes in memory. The registration replaces
    /// <see cref="IDistributedCache"/> of the services. Wrong options throw when the cache is first used. The flags of
    /// a call (<see cref="HybridCacheEntryOptions.Flags"/>) replace those of the registration: they must include
    /// <see cref="HybridCacheEntryFlags.DisableLocalCache"/>, or HybridCache keeps the value on the heap a second time,
    /// outside the limit.</remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IHybridCacheBuilder AddShardMapHybridCache(
        this IServiceCollection services, Action<ShardCacheOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.TryAddSingleton(_ =>
        {
            ShardCacheOptions options = new();
            configure(options);
            return new BlobShardCache(options);
        });
        services.Replace(ServiceDescriptor.Singleton<IDistributedCache>(static provider => new ShardDistributedCache(
            provider.GetRequiredService<BlobShardCache>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System)));
        return OffHeapHybridCache.AddTo(services);
    }
}
