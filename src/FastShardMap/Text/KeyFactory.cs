using FastShardMap.Layout;

namespace FastShardMap.Text;

/// <summary>Calls a delegate with a key of elements, which stay where they are during the call.</summary>
internal readonly unsafe struct KeyFactory<TElement, TValue, TArg>(
    TElement* key, int length, Func<ReadOnlySpan<TElement>, TArg, TValue> factory, TArg arg)
    : IValueFactory<RecordKey, TValue>
    where TElement : unmanaged
    where TValue : unmanaged
{
    private readonly TElement* _key = key;

    public TValue Create(RecordKey key) => factory(new ReadOnlySpan<TElement>(_key, length), arg);
}
