#pragma warning disable MA0048, SA1402 // one family of small types: read together

namespace FastShardMap.Operations;

// These types adapt the delegate forms to functors, so that there is only one write path.
internal readonly struct DelegateFactory<TKey, TValue>(Func<TKey, TValue> create) : IValueFactory<TKey, TValue>
    where TKey : allows ref struct
{
    private readonly Func<TKey, TValue> _create = create;

    public TValue Create(TKey key) => _create(key);
}

internal readonly struct DelegateFactory<TKey, TValue, TArg>(Func<TKey, TArg, TValue> create, TArg arg)
    : IValueFactory<TKey, TValue>
    where TKey : allows ref struct
{
    private readonly Func<TKey, TArg, TValue> _create = create;
    private readonly TArg _arg = arg;

    public TValue Create(TKey key) => _create(key, _arg);
}

internal readonly struct ValueUpserter<TKey, TValue>(TValue added, Func<TKey, TValue, TValue> update)
    : IValueUpserter<TKey, TValue>
    where TKey : allows ref struct
{
    private readonly TValue _added = added;
    private readonly Func<TKey, TValue, TValue> _update = update;

    public TValue Create(TKey key) => _added;

    public void Update(TKey key, ref TValue value) => value = _update(key, value);
}

internal readonly struct DelegateUpserter<TKey, TValue>(Func<TKey, TValue> create, Func<TKey, TValue, TValue> update)
    : IValueUpserter<TKey, TValue>
    where TKey : allows ref struct
{
    private readonly Func<TKey, TValue> _create = create;
    private readonly Func<TKey, TValue, TValue> _update = update;

    public TValue Create(TKey key) => _create(key);

    public void Update(TKey key, ref TValue value) => value = _update(key, value);
}

internal readonly struct DelegateUpserter<TKey, TValue, TArg>(
    Func<TKey, TArg, TValue> create, Func<TKey, TValue, TArg, TValue> update, TArg arg) : IValueUpserter<TKey, TValue>
    where TKey : allows ref struct
{
    private readonly Func<TKey, TArg, TValue> _create = create;
    private readonly Func<TKey, TValue, TArg, TValue> _update = update;
    private readonly TArg _arg = arg;

    public TValue Create(TKey key) => _create(key, _arg);

    public void Update(TKey key, ref TValue value) => value = _update(key, value, _arg);
}

internal readonly struct DelegateUpdater<TValue, TArg>(RefAction<TValue, TArg> update, TArg arg) : IValueUpdater<TValue>
{
    private readonly RefAction<TValue, TArg> _update = update;
    private readonly TArg _arg = arg;

    public void Update(ref TValue value) => _update(ref value, _arg);
}

internal readonly struct DelegateKeeper<TValue, TArg>(RefFunc<TValue, TArg, bool> keep, TArg arg) : IValueKeeper<TValue>
{
    private readonly RefFunc<TValue, TArg, bool> _keep = keep;
    private readonly TArg _arg = arg;

    public bool Keep(ref TValue value) => _keep(ref value, _arg);
}
