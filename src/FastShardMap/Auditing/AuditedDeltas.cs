using System.Numerics;
using FastShardMap.Operations;

namespace FastShardMap.Auditing;

/// <summary>The additions to many numbers that are recorded, for all forms of keys.</summary>
internal static class AuditedDeltas
{
    /// <summary>Adds to the value of each key. Each addition is recorded as a single one is.</summary>
    public static void AddDeltaRange<TKey, TValue, THasher, TKept, TForm>(
        this in AuditedOperations<TKey, TValue, THasher, TKept, TForm> operations,
        ReadOnlySpan<TKey> keys,
        DeltaRange<TValue> range)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, INumber<TValue>
        where THasher : struct, IKeyHasher<TKey>
        where TKept : unmanaged, IEquatable<TKept>
        where TForm : struct, IKeptForm<TKey, TKept>
    {
        operations.ThrowIfDisposed();
        for (int i = 0; i < keys.Length; i++)
        {
            DeltaUpserter<TKey, TValue> upserter = new(range.DeltaAt(i));
            operations.AddOrUpdate(keys[i], ref upserter);
        }
    }
}
