using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace FastShardMap.Caching.Hybrid;

/// <summary>HybridCache as all registrations of this repository set it up.</summary>
internal static class OffHeapHybridCache
{
    /// <summary>Adds HybridCache without a local cache of its own, which would keep the values on the heap a second
    /// time, and with a serializer of unmanaged types.</summary>
    public static IHybridCacheBuilder AddTo(IServiceCollection services) => services
        .AddHybridCache(static options => options.DefaultEntryOptions = new HybridCacheEntryOptions
        {
            Flags = HybridCacheEntryFlags.DisableLocalCache,
        })
        .AddSerializerFactory<BlittableSerializerFactory>();
}
