using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace FastShardMap.Inspector.Specimen;

/// <summary>A sound process full of objects that are no maps, and whose types are named after them.</summary>
internal static class Holders
{
    private static readonly ShardMap<int, int>[] s_array = [Filled("array 0"), Filled("array 1"), new()];
    private static readonly List<ShardMap<int, int>> s_list = [Filled("list")];
    private static readonly Dictionary<string, ShardMap<int, long>> s_dictionary = new()
    {
        ["first"] = new(),
        ["second"] = new(),
    };
    private static readonly ConcurrentDictionary<int, Lazy<ShardMap<long, long>>> s_lazy = [];
    private static readonly Branch s_deep = new(new Branch(new Branch(Filled("deep"))));
    private static readonly RateMap s_subclass = new();
    private static readonly ShardMap<int, int, DefaultHasher<int>> s_base = new RateMap();
    private static readonly TaskCompletionSource s_never = new();
    private static readonly List<object> s_others = [];
    private static MeterListener? s_listener;

    public static void Create()
    {
        s_lazy[1] = new Lazy<ShardMap<long, long>>(() => new ShardMap<long, long>());
        s_lazy[1].Value[1] = 1;
        s_subclass[1] = 1;
        s_base[2] = 2;
        Cache<int>.Map[1] = 1;
        Cache<double>.Map[1] = 1;
        ShardMap<int, int> map = s_list[0];

        // The enumerator of a map, boxed by its interface, in the middle; snapshots; the map's methods as delegates.
        IEnumerator<KeyValuePair<int, int>> enumerator = ((IEnumerable<KeyValuePair<int, int>>)map).GetEnumerator();
        enumerator.MoveNext();
        Func<int, bool> method = map.ContainsKey;
        ShardMap<int, int> captured = Filled("captured");
        s_others.AddRange([
            enumerator,
            map.Snapshot(),
            method,
            (object)new ShardMap<int, int>[2, 2],
            new ShardMap<int, int>[3][],
            (object)(Name: "pair", Map: map),
            new WeakReference<ShardMap<int, int>>(map),
            new KeyValuePair<string, ShardMap<int, int>>[1],
            (Action)(() => captured[1]++),
            Wait(captured),
            new AsyncLocal<ShardMap<int, int>> { Value = map },
        ]);

        Listen();
        Fail();
        Forget();
        GC.Collect();
        Fail();
    }

    // In a method of its own: closures of one method share their captured variables.
    private static void Listen()
    {
        // The program listens to the library's meter, and its listener knows a map.
        ShardMap<int, int> listened = Filled("listened");
        s_listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "FastShardMap")
                {
                    listener.EnableMeasurementEvents(instrument, listened);
                }
            },
        };
        s_listener.Start();
    }

    private static ShardMap<int, int> Filled(string name)
    {
        ShardMap<int, int> map = new(new ShardMapOptions { Name = name });
        for (int key = 0; key < 500; key++)
        {
            map[key] = key;
        }

        return map;
    }

    private static async Task Wait(ShardMap<int, int> map)
    {
        await s_never.Task;
        map[1] = 1;
    }

    // Leaves objects behind whose constructors have thrown.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fail()
    {
        for (int i = 0; i < 10; i++)
        {
            try
            {
                _ = new ShardMap<int, int>(-1);
            }
            catch (ArgumentOutOfRangeException)
            {
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget()
    {
        for (int i = 0; i < 10; i++)
        {
            new ShardMap<int, int>()[i] = i;
        }
    }

    private static class Cache<T>
        where T : unmanaged
    {
        public static readonly ShardMap<int, T> Map = new();
    }

    private sealed class RateMap : ShardMap<int, int, DefaultHasher<int>>;

    private sealed record Branch(object Next);
}
