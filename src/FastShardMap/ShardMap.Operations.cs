using FastShardMap.Sharding;

namespace FastShardMap;

public partial class ShardMap<TKey, TValue, THasher>
{
    internal readonly struct StoreOperation(TValue newValue) : IEntryOperation<TValue>
    {
        private readonly TValue _newValue = newValue;

        public static bool RunsUserCode => false;

        public bool KeepsKey => true;

        public EntryAction OnFound(ref TValue value)
        {
            value = _newValue;
            return EntryAction.Store;
        }

        public EntryAction OnAbsent(out TValue value)
        {
            value = _newValue;
            return EntryAction.Store;
        }
    }

    internal struct GetOrAddOperation(TValue newValue) : IEntryOperation<TValue>
    {
        public static bool RunsUserCode => false;

        public readonly bool KeepsKey => false;

        public TValue Value { get; private set; } = newValue;

        public bool Added { get; private set; }

        public EntryAction OnFound(ref TValue value)
        {
            Value = value;
            return EntryAction.None;
        }

        public EntryAction OnAbsent(out TValue value)
        {
            value = Value;
            Added = true;
            return EntryAction.Store;
        }
    }

    private struct ExchangeOperation(TValue newValue) : IEntryOperation<TValue>
    {
        private readonly TValue _newValue = newValue;

        public static bool RunsUserCode => false;

        public readonly bool KeepsKey => true;

        public TValue Value { get; private set; }

        public bool Found { get; private set; }

        public EntryAction OnFound(ref TValue value)
        {
            Value = value;
            Found = true;
            value = _newValue;
            return EntryAction.Store;
        }

        public readonly EntryAction OnAbsent(out TValue value)
        {
            value = default;
            return EntryAction.None;
        }
    }

    internal struct RemoveOperation : IEntryOperation<TValue>
    {
        public static bool RunsUserCode => false;

        public readonly bool KeepsKey => false;

        public TValue Value { get; private set; }

        public bool Found { get; private set; }

        public EntryAction OnFound(ref TValue value)
        {
            Value = value;
            Found = true;
            return EntryAction.Remove;
        }

        public readonly EntryAction OnAbsent(out TValue value)
        {
            value = default;
            return EntryAction.None;
        }
    }

    internal struct CompareOperation(TValue newValue, TValue comparisonValue, EntryAction action) : IEntryOperation<TValue>
    {
        private readonly TValue _newValue = newValue;
        private TValue _comparisonValue = comparisonValue;
        private readonly EntryAction _action = action;

        public static bool RunsUserCode => ValueEquality<TValue>.RunsUserCode;

        public readonly bool KeepsKey => _action == EntryAction.Store;

        public bool Done { get; private set; }

        public EntryAction OnFound(ref TValue value)
        {
            if (!ValueEquality<TValue>.AreEqual(ref value, ref _comparisonValue))
            {
                return EntryAction.None;
            }

            Done = true;
            value = _newValue;
            return _action;
        }

        public readonly EntryAction OnAbsent(out TValue value)
        {
            value = default;
            return EntryAction.None;
        }
    }

    private struct FactoryOperation<TFactory>(TKey key, TFactory factory) : IEntryOperation<TValue>
        where TFactory : struct, IValueFactory<TKey, TValue>
    {
        private readonly TKey _key = key;

        public TFactory Factory = factory;

        public static bool RunsUserCode => true;

        public readonly bool KeepsKey => true;

        public TValue Value { get; private set; }

        public EntryAction OnFound(ref TValue value)
        {
            Value = value;
            return EntryAction.None;
        }

        public EntryAction OnAbsent(out TValue value)
        {
            Value = value = Factory.Create(_key);
            return EntryAction.Store;
        }
    }

    internal struct UpsertOperation<TUpserter>(TKey key, TUpserter upserter) : IEntryOperation<TValue>
        where TUpserter : struct, IValueUpserter<TKey, TValue>
    {
        private readonly TKey _key = key;

        public TUpserter Upserter = upserter;

        public static bool RunsUserCode => true;

        public readonly bool KeepsKey => true;

        public TValue Value { get; private set; }

        public EntryAction OnFound(ref TValue value)
        {
            Upserter.Update(_key, ref value);
            Value = value;
            return EntryAction.Store;
        }

        public EntryAction OnAbsent(out TValue value)
        {
            Value = value = Upserter.Create(_key);
            return EntryAction.Store;
        }
    }

    private struct UpdateOperation<TUpdater>(TUpdater updater) : IEntryOperation<TValue>
        where TUpdater : struct, IValueUpdater<TValue>
    {
        public TUpdater Updater = updater;

        public static bool RunsUserCode => true;

        public readonly bool KeepsKey => true;

        public bool Found { get; private set; }

        public EntryAction OnFound(ref TValue value)
        {
            Updater.Update(ref value);
            Found = true;
            return EntryAction.Store;
        }

        public readonly EntryAction OnAbsent(out TValue value)
        {
            value = default;
            return EntryAction.None;
        }
    }

    private struct KeepOperation<TKeeper>(TKeeper keeper) : IEntryOperation<TValue>
        where TKeeper : struct, IValueKeeper<TValue>
    {
        public TKeeper Keeper = keeper;

        public static bool RunsUserCode => true;

        public readonly bool KeepsKey => false;

        public bool Found { get; private set; }

        public EntryAction OnFound(ref TValue value)
        {
            EntryAction action = Keeper.Keep(ref value) ? EntryAction.Store : EntryAction.Remove;
            Found = true;
            return action;
        }

        public readonly EntryAction OnAbsent(out TValue value)
        {
            value = default;
            return EntryAction.None;
        }
    }
}
