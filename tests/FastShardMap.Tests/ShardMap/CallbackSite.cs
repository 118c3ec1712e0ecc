using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>A place where the map runs a caller's code.</summary>
/// <param name="Name">What it is.</param>
/// <param name="NeedsEntry">Whether the key must be present (or absent) for the callback to run.</param>
/// <param name="Call">Calls the operation on a key; its callback runs the action given and then sets the value to
/// 777.</param>
internal sealed record CallbackSite(string Name, bool NeedsEntry, Action<Map, ulong, Action> Call)
{
    public static IReadOnlyList<CallbackSite> All { get; } =
    [
        new("GetOrAdd delegate", false, static (map, key, callback) => map.GetOrAdd(key, _ => Run(callback))),
        new(
            "GetOrAdd delegate with argument",
            false,
            static (map, key, callback) => map.GetOrAdd(key, static (_, action) => Run(action), callback)),
        new("GetOrAdd functor", false, static (map, key, callback) =>
        {
            CallingFunctor functor = new(callback);
            map.GetOrAdd(key, ref functor);
        }),
        new(
            "AddOrUpdate update",
            true,
            static (map, key, callback) => map.AddOrUpdate(key, 1, (_, _) => Run(callback))),
        new(
            "AddOrUpdate add of two delegates",
            false,
            static (map, key, callback) => map.AddOrUpdate(key, _ => Run(callback), static (_, value) => value)),
        new(
            "AddOrUpdate update of two delegates",
            true,
            static (map, key, callback) => map.AddOrUpdate(key, static key => key, (_, _) => Run(callback))),
        new(
            "AddOrUpdate add with argument",
            false,
            static (map, key, callback) => map.AddOrUpdate(
                key, static (_, action) => Run(action), static (_, value, _) => value, callback)),
        new(
            "AddOrUpdate update with argument",
            true,
            static (map, key, callback) => map.AddOrUpdate(
                key, static (key, _) => key, static (_, _, action) => Run(action), callback)),
        new("AddOrUpdate functor, absent", false, static (map, key, callback) =>
        {
            CallingFunctor functor = new(callback);
            map.AddOrUpdate(key, ref functor);
        }),
        new("AddOrUpdate functor, present", true, static (map, key, callback) =>
        {
            CallingFunctor functor = new(callback);
            map.AddOrUpdate(key, ref functor);
        }),
        new(
            "TryUpdate delegate",
            true,
            static (map, key, callback) => map.TryUpdate(key, static (ref ulong value, Action action) =>
            {
                value = 5;
                value = Run(action);
            }, callback)),
        new("TryUpdate functor", true, static (map, key, callback) =>
        {
            CallingFunctor functor = new(callback);
            map.TryUpdate(key, ref functor);
        }),
        new(
            "TryUpdateOrRemove delegate",
            true,
            static (map, key, callback) => map.TryUpdateOrRemove(key, static (ref ulong value, Action action) =>
            {
                value = 5;
                value = Run(action);
                return true;
            }, callback)),
        new("TryUpdateOrRemove functor", true, static (map, key, callback) =>
        {
            CallingFunctor functor = new(callback);
            map.TryUpdateOrRemove(key, ref functor);
        }),
    ];

    public override string ToString() => Name;

    private static ulong Run(Action callback)
    {
        callback();
        return 777;
    }

    private readonly struct CallingFunctor(Action callback)
        : IValueUpserter<ulong, ulong>, IValueUpdater<ulong>, IValueKeeper<ulong>
    {
        private readonly Action _callback = callback;

        public ulong Create(ulong key) => Run(_callback);

        public void Update(ulong key, ref ulong value)
        {
            value = 5;
            value = Run(_callback);
        }

        public void Update(ref ulong value)
        {
            value = 5;
            value = Run(_callback);
        }

        public bool Keep(ref ulong value)
        {
            value = 5;
            value = Run(_callback);
            return true;
        }
    }
}
