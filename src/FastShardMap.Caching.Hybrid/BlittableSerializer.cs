using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Caching.Hybrid;

namespace FastShardMap.Caching.Hybrid;

/// <summary>Writes a value of an unmanaged type with its bytes in memory.</summary>
internal sealed class BlittableSerializer<T> : IHybridCacheSerializer<T>
{
    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The data does not have the size of the type.</exception>
    public T Deserialize(ReadOnlySequence<byte> source)
    {
        if (source.Length != Unsafe.SizeOf<T>())
        {
            throw new InvalidDataException(
                $"The cached data has {source.Length} bytes, but {typeof(T)} has {Unsafe.SizeOf<T>()}.");
        }

        T value = default!;
        source.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.As<T, byte>(ref value), Unsafe.SizeOf<T>()));
        return value;
    }

    /// <inheritdoc/>
    public void Serialize(T value, IBufferWriter<byte> target) =>
        target.Write(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref value), Unsafe.SizeOf<T>()));
}
