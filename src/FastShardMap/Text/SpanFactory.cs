using FastShardMap.Layout;

namespace FastShardMap.Text;

/// <summary>Calls a factory with the caller's own key, whose elements stay where they are during the call.</summary>
internal unsafe struct SpanFactory<TElement, TValue, TFactory>(TElement* key, int length, TFactory factory)
    : IValueFactory<RecordKey, TValue>
    where TElement : unmanaged
    where TFactory : struct, IValueFactory<ReadOnlySpan<TElement>, TValue>
{
    public TFactory Factory = factory;

    private readonly TElement* _key = key;
    private readonly int _length = length;

    public TValue Create(RecordKey key) => Factory.Create(new ReadOnlySpan<TElement>(_key, _length));
}
