using System.Diagnostics;
using System.Reflection;

namespace FastShardMap.Tests.Diagnostics;

/// <summary>What a debugger shows, taken from the attributes as a debugger takes it.</summary>
public sealed class DebugViewTests
{
    [Fact]
    public void Entries_LockHeld_AreShownWithoutWaiting()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1 });
        for (int key = 0; key < 10; key++)
        {
            map[key] = key * key;
        }

        KeyValuePair<int, int>[] shown = [];
        map.TryUpdate(3, (ref int value, ShardMap<int, int> self) =>
        {
            // Another thread, as the debugger's evaluation may be, while this one holds the lock.
            Thread debugger = new(() => shown = Entries(self));
            debugger.Start();
            Assert.True(debugger.Join(TimeSpan.FromSeconds(30)), "the view waits for the lock");
        }, map);

        Assert.Equal(map.ToArray().OrderBy(entry => entry.Key), shown.OrderBy(entry => entry.Key));
    }

    [Fact]
    public void Entries_MigratingMap_AreShownOnce()
    {
        using ShardMap<int, int> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        for (int key = 0; map.Count < 300 || map.GetStatistics().MigrationsActive == 0; key++)
        {
            map[key] = key;
        }

        Assert.Equal(map.ToArray().OrderBy(entry => entry.Key), Entries(map).OrderBy(entry => entry.Key));
    }

    [Fact]
    public void Entries_LargeMap_AreCut()
    {
        using ShardMap<int, int> map = new();
        for (int key = 0; key < 5_000; key++)
        {
            map[key] = key;
        }

        Assert.Equal(1_000, Entries(map).Length);
    }

    [Fact]
    public void Entries_KeysOfAnyLength_AreShownWithoutWaiting()
    {
        using TextShardMap<int> texts = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 });
        using BytesShardMap<int> bytes = new(new ShardMapOptions { ShardCount = 1 });
        for (int length = 0; length < 300 || texts.GetStatistics().MigrationsActive == 0; length++)
        {
            texts[new string('k', length) + "\ud800"] = length;
            bytes[new byte[length]] = length;
        }

        KeyValuePair<string, int>[] shown = [];
        texts.TryUpdate("\ud800", (ref int value, TextShardMap<int> self) =>
        {
            Thread debugger = new(() => shown = Entries<KeyValuePair<string, int>>(typeof(TextShardMap<>), self));
            debugger.Start();
            Assert.True(debugger.Join(TimeSpan.FromSeconds(30)), "the view waits for the lock");
        }, texts);

        Assert.Equal(
            texts.ToArray().OrderBy(static entry => entry.Value), shown.OrderBy(static entry => entry.Value));
        Assert.Equal(
            Enumerable.Range(0, (int)bytes.Count),
            Entries<KeyValuePair<byte[], int>>(typeof(BytesShardMap<>), bytes)
                .OrderBy(static entry => entry.Value)
                .Select(static entry => entry.Key.Length));
        texts.Dispose();
        Assert.Empty(Entries<KeyValuePair<string, int>>(typeof(TextShardMap<>), texts));
    }

    [Fact]
    public void Entries_DisposedMap_AreNone()
    {
        ShardMap<int, int> map = new();
        map[1] = 1;
        map.Dispose();

        Assert.Empty(Entries(map));
    }

    [Fact]
    public void ToString_EveryState_SaysTypeCountCapacityAndState()
    {
        ShardMap<int, long> map = new(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1, Name = "orders" });
        Assert.Equal("ShardMap<Int32, Int64> 'orders': 0 of 0 entries", map.ToString());
        int key = 0;
        while (map.GetStatistics().MigrationsActive == 0)
        {
            map[key++] = 0;
        }

        Assert.Equal($"ShardMap<Int32, Int64> 'orders': {key} of {map.Capacity} entries, migrating", map.ToString());
        Assert.Equal(map.ToString(), Display(map));
        map.Dispose();
        Assert.Equal("ShardMap<Int32, Int64> 'orders': disposed", map.ToString());
        Assert.Equal(map.ToString(), Display(map));
    }

    private static KeyValuePair<int, int>[] Entries(ShardMap<int, int> map) =>
        Entries<KeyValuePair<int, int>>(
            typeof(ShardMap<,,>), map, typeof(int), typeof(int), typeof(DefaultHasher<int>));

    private static T[] Entries<T>(Type type, object map, params Type[] arguments)
    {
        string proxyName = type.GetCustomAttribute<DebuggerTypeProxyAttribute>()!.ProxyTypeName;
        Type proxy = Type.GetType(proxyName, throwOnError: true)!.MakeGenericType(
            arguments.Length == 0 ? [typeof(int)] : arguments);
        object view = Activator.CreateInstance(proxy, map)!;
        PropertyInfo entries = Assert.Single(proxy.GetProperties(), property =>
            property.GetCustomAttribute<DebuggerBrowsableAttribute>()?.State == DebuggerBrowsableState.RootHidden);
        return (T[])entries.GetValue(view)!;
    }

    // "{Property,nq}" is the form a debugger evaluates.
    private static string? Display(object map)
    {
        string format = typeof(ShardMap<,,>).GetCustomAttribute<DebuggerDisplayAttribute>()!.Value;
        Assert.StartsWith("{", format, StringComparison.Ordinal);
        string name = format.Trim('{', '}').Split(',')[0];
        for (Type? type = map.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetProperty(
                name, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is { } property)
            {
                return (string?)property.GetValue(map);
            }
        }

        return null;
    }
}
