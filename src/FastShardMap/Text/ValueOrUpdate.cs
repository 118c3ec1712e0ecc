using FastShardMap.Layout;

namespace FastShardMap.Text;

/// <summary>Adds a value, or changes the present one by a delegate.</summary>
internal readonly struct ValueOrUpdate<TValue, TArg>(TValue added, Func<TValue, TArg, TValue> update, TArg arg)
    : IValueUpserter<RecordKey, TValue>
    where TValue : unmanaged
{
    public TValue Create(RecordKey key) => added;

    public void Update(RecordKey key, ref TValue value) => value = update(value, arg);
}
