using FastShardMap.Layout;

namespace FastShardMap.Text;

/// <summary>Calls an upserter with the caller's own key, whose elements stay where they are during the call.</summary>
internal unsafe struct SpanUpserter<TElement, TValue, TUpserter>(TElement* key, int length, TUpserter upserter)
    : IValueUpserter<RecordKey, TValue>
    where TElement : unmanaged
    where TUpserter : struct, IValueUpserter<ReadOnlySpan<TElement>, TValue>
{
    public TUpserter Upserter = upserter;

    private readonly TElement* _key = key;
    private readonly int _length = length;

    public TValue Create(RecordKey key) => Upserter.Create(new ReadOnlySpan<TElement>(_key, _length));

    public void Update(RecordKey key, ref TValue value) =>
        Upserter.Update(new ReadOnlySpan<TElement>(_key, _length), ref value);
}
