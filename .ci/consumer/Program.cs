// Compiled by .ci/check-package against the package, and run: as it is, trimmed, and as native code. It touches every
// area of the public API that dispatches on a type parameter, because that is what ahead-of-time compilation can lose.
using System.Runtime.InteropServices;
using FastShardMap;

using (var map = new ShardMap<ulong, ulong>())
{
    for (ulong key = 0; key < 100_000; key++)
    {
        Expect(map.TryAdd(key, key * 3), "TryAdd of a new key");
    }

    Expect(!map.TryAdd(7, 0), "TryAdd of a present key");
    Expect(map.TryGetValue(99_999, out ulong value) && value == 299_997, "TryGetValue of a present key");
    Expect(!map.TryGetValue(100_000, out _), "TryGetValue of an absent key");
    map[7] = 8;
    Expect(map[7] == 8, "indexer");
    Expect(map.TryUpdate(7, 9, 8) && !map.TryUpdate(7, 10, 8), "TryUpdate");
    Expect(map.GetOrAdd(1_000_000, static (key, factor) => key * factor, 2ul) == 2_000_000, "GetOrAdd with an argument");
    Expect(map.TryRemove(1_000_000, out ulong removed) && removed == 2_000_000, "TryRemove");
    Expect(map.Increment(1_000_001) == 1 && map.AddDelta(1_000_001, 2) == 3 && map.TryRemove(1_000_001, out _), "counting");
    Expect(map.Count == 100_000, "Count");

    ulong sum = 0;
    foreach (KeyValuePair<ulong, ulong> pair in map)
    {
        sum += pair.Key;
    }

    Expect(sum == 99_999ul * 100_000 / 2, "enumeration");
    Expect(map.ToArray().Length == 100_000, "ToArray");

    ulong[] keys = [1, 2, 200_000];
    var values = new ulong[3];
    var found = new bool[3];
    Expect(map.TryGetValues(keys, values, found) == 2 && values[1] == 6 && !found[2], "TryGetValues");
    map.Clear();
    Expect(map.IsEmpty, "Clear");
}

// Key types that take other default hashers, and a value larger than a cache line.
Roundtrip(Guid.NewGuid(), new Wide { First = 1, Last = 2 });
Roundtrip((Int128)1 << 100, (byte)3);
Roundtrip(new Point(1, 2), 'x');

// Comparison of values: their own equality, bytes, or refused.
using (var swapped = new ShardMap<int, Dense>())
{
    swapped[1] = new Dense { First = 1, Last = 2 };
    Expect(!swapped.TryUpdate(1, new Dense(), new Dense()), "TryUpdate of bytes that differ");
    Expect(swapped.TryUpdate(1, new Dense(), new Dense { First = 1, Last = 2 }), "TryUpdate of equal bytes");
}

using (var padded = new ShardMap<int, Wide>())
{
    try
    {
        padded.TryUpdate(1, new Wide(), new Wide());
        Expect(false, "TryUpdate of padding");
    }
    catch (NotSupportedException)
    {
    }
}

// A saved map says of what types it is, also where the fields of types are not known.
using (var saved = new MemoryStream())
{
    using (var map = new ShardMap<long, double>())
    {
        map[1] = 0.25;
        map.Save(saved);
    }

    saved.Position = 0;
    try
    {
        ShardMap<double, long>.Load(saved).Dispose();
        Expect(false, "Load as other types");
    }
    catch (InvalidDataException)
    {
    }

    saved.Position = 0;
    using ShardMap<long, double> loaded = ShardMap<long, double>.Load(saved);
    Expect(loaded[1] == 0.25, "Load");
}

var disposed = new ShardMap<int, int>(1_000);
disposed.Dispose();
try
{
    disposed.TryGetValue(1, out _);
    Expect(false, "use after Dispose");
}
catch (ObjectDisposedException)
{
}

Console.WriteLine($"OK {RuntimeInformation.FrameworkDescription} {RuntimeInformation.ProcessArchitecture}");

static void Roundtrip<TKey, TValue>(TKey key, TValue value)
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    using var map = new ShardMap<TKey, TValue>(16);
    Expect(map.TryAdd(key, value) && map.TryGetValue(key, out TValue read) && read.Equals(value), typeof(TKey).Name);
    Expect(map.TryRemove(key, out _) && !map.ContainsKey(key), typeof(TKey).Name);
}

static void Expect(bool condition, string what)
{
    if (!condition)
    {
        Console.WriteLine($"wrong: {what}");
        Environment.Exit(1);
    }
}

internal readonly record struct Point(int X, int Y);

internal struct Dense
{
    public int First;
    public int Last;
}

[StructLayout(LayoutKind.Sequential, Size = 200)]
internal struct Wide
{
    public long First;
    public long Last;
}
