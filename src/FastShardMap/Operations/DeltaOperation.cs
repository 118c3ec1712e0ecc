using System.Numerics;

namespace FastShardMap.Operations;

/// <summary>Adds to a number. An absent key counts as zero and is added.</summary>
internal struct DeltaOperation<TValue>(TValue delta) : IEntryOperation<TValue>
    where TValue : unmanaged, INumber<TValue>
{
    private readonly TValue _delta = delta;

    public static bool RunsUserCode => !typeof(TValue).IsPrimitive;

    public readonly bool KeepsKey => true;

    public TValue Sum { get; private set; }

    public EntryAction OnFound(ref TValue value)
    {
        Sum = value += _delta;
        return EntryAction.Store;
    }

    public EntryAction OnAbsent(out TValue value)
    {
        Sum = value = _delta;
        return EntryAction.Store;
    }
}
