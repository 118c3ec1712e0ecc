using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Hybrid;

namespace FastShardMap.Caching.Hybrid;

/// <summary>Creates serializers of unmanaged types.</summary>
internal sealed class BlittableSerializerFactory : IHybridCacheSerializerFactory
{
    /// <inheritdoc/>
    public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
    {
        serializer = RuntimeHelpers.IsReferenceOrContainsReferences<T>() ? null : new BlittableSerializer<T>();
        return serializer is not null;
    }
}
