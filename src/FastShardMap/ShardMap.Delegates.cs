namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    // The delegate forms, as functors: so the write path exists once.
    private readonly struct DelegateFactory(Func<TKey, TValue> create) : IValueFactory<TKey, TValue>
    {
        private readonly Func<TKey, TValue> _create = create;

        public TValue Create(TKey key) => _create(key);
    }

    private readonly struct DelegateFactory<TArg>(Func<TKey, TArg, TValue> create, TArg arg) : IValueFactory<TKey, TValue>
    {
        private readonly Func<TKey, TArg, TValue> _create = create;
        private readonly TArg _arg = arg;

        public TValue Create(TKey key) => _create(key, _arg);
    }

    private readonly struct ValueUpserter(TValue added, Func<TKey, TValue, TValue> update) : IValueUpserter<TKey, TValue>
    {
        private readonly TValue _added = added;
        private readonly Func<TKey, TValue, TValue> _update = update;

        public TValue Create(TKey key) => _added;

        public void Update(TKey key, ref TValue value) => value = _update(key, value);
    }

    internal readonly struct DelegateUpserter(Func<TKey, TValue> create, Func<TKey, TValue, TValue> update)
        : IValueUpserter<TKey, TValue>
    {
        private readonly Func<TKey, TValue> _create = create;
        private readonly Func<TKey, TValue, TValue> _update = update;

        public TValue Create(TKey key) => _create(key);

        public void Update(TKey key, ref TValue value) => value = _update(key, value);
    }

    private readonly struct DelegateUpserter<TArg>(
        Func<TKey, TArg, TValue> create, Func<TKey, TValue, TArg, TValue> update, TArg arg) : IValueUpserter<TKey, TValue>
    {
        private readonly Func<TKey, TArg, TValue> _create = create;
        private readonly Func<TKey, TValue, TArg, TValue> _update = update;
        private readonly TArg _arg = arg;

        public TValue Create(TKey key) => _create(key, _arg);

        public void Update(TKey key, ref TValue value) => value = _update(key, value, _arg);
    }

    private readonly struct DelegateUpdater<TArg>(RefAction<TValue, TArg> update, TArg arg) : IValueUpdater<TValue>
    {
        private readonly RefAction<TValue, TArg> _update = update;
        private readonly TArg _arg = arg;

        public void Update(ref TValue value) => _update(ref value, _arg);
    }

    private readonly struct DelegateKeeper<TArg>(RefFunc<TValue, TArg, bool> keep, TArg arg) : IValueKeeper<TValue>
    {
        private readonly RefFunc<TValue, TArg, bool> _keep = keep;
        private readonly TArg _arg = arg;

        public bool Keep(ref TValue value) => _keep(ref value, _arg);
    }
}
