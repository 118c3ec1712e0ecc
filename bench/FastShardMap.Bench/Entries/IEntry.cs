namespace FastShardMap.Bench.Entries;

/// <summary>
/// A shape of pair: how its keys and values are made from numbers and how a value is used. Loops generic over the shape
/// are written once and compiled for each.
/// </summary>
public interface IEntry<TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    /// <summary>Bytes of key + bytes of value.</summary>
    static abstract string Label { get; }

    /// <summary>Different numbers give different keys.</summary>
    static abstract TKey KeyOf(ulong number);

    /// <summary>The value that belongs to a key.</summary>
    static abstract TValue ValueOf(TKey key);

    /// <summary>A key with some bits turned over; with none it stays itself.</summary>
    static abstract TKey Turn(TKey key, ulong bits);

    /// <summary>A number that needs both ends of the value.</summary>
    static abstract ulong Fold(in TValue value);

    /// <summary>Changes a value in place; twice is as never.</summary>
    static abstract void Change(ref TValue value);
}
