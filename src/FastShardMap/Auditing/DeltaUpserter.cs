using System.Numerics;

namespace FastShardMap.Auditing;

/// <summary>Adds a number to a value.</summary>
internal readonly struct DeltaUpserter<TKey, TValue>(TValue delta) : IValueUpserter<TKey, TValue>
    where TValue : unmanaged, INumber<TValue>
{
    private readonly TValue _delta = delta;

    public TValue Create(TKey key) => _delta;

    public void Update(TKey key, ref TValue value) => value += _delta;
}
