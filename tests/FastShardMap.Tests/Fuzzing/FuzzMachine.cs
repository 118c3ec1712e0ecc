using System.Runtime.InteropServices;
using FastShardMap.Memory;

namespace FastShardMap.Tests.Fuzzing;

/// <summary>A program of bytes: what a map and a dictionary are put through side by side.</summary>
internal interface IFuzzMachine
{
    /// <summary>Runs the program; throws where map and dictionary disagree.</summary>
    void Run(ReadOnlySpan<byte> program);
}

/// <summary>
/// The interpreter. A command is three bytes: operation, key, value. Every byte string is a program, so that any
/// mutation of one is one too.
/// </summary>
internal sealed class FuzzMachine<TKey, TValue>(int shards, int stepGroups, bool sameHash) : IFuzzMachine
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
{
    private const int CommandBytes = 3;
    private readonly Dictionary<TKey, TValue> _reference = [];

    public void Run(ReadOnlySpan<byte> program)
    {
        ShardMapOptions options = new()
        {
            ShardCount = shards,
            MigrationStepGroups = stepGroups,
            Seed = new HashSeed(3, 5),
        };
        if (sameHash)
        {
            Run(new ShardMap<TKey, TValue, OneHash>(options), program);
        }
        else
        {
            Run(new ShardMap<TKey, TValue, DefaultHasher<TKey>>(options), program);
        }
    }

    private static TKey KeyOf(byte number)
    {
        TKey key = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<TKey>(ref key));
        bytes[0] = number;
        bytes[^1] ^= (byte)(number >> 4);
        return key;
    }

    private static TValue ValueOf(byte number)
    {
        TValue value = default;
        MemoryMarshal.AsBytes(new Span<TValue>(ref value)).Fill(number);
        return value;
    }

    private static bool Same(TValue left, TValue right) =>
        MemoryMarshal.AsBytes(new Span<TValue>(ref left)).SequenceEqual(
            MemoryMarshal.AsBytes(new Span<TValue>(ref right)));

    private static void Agree(bool holds, string what)
    {
        if (!holds)
        {
            throw new FuzzException(what);
        }
    }

    private void Run<THasher>(ShardMap<TKey, TValue, THasher> map, ReadOnlySpan<byte> program)
        where THasher : struct, IKeyHasher<TKey>
    {
        _reference.Clear();
        using (map)
        {
            for (; program.Length >= CommandBytes; program = program[CommandBytes..])
            {
                Step(map, program[0], program[1], program[2]);
            }

            CheckAll(map);
        }
    }

    private void Step<THasher>(ShardMap<TKey, TValue, THasher> map, byte operation, byte keyByte, byte valueByte)
        where THasher : struct, IKeyHasher<TKey>
    {
        TKey key = KeyOf(keyByte);
        TValue value = ValueOf(valueByte);
        bool present = _reference.TryGetValue(key, out TValue old);
        switch (operation % 20)
        {
            case 0:
                Agree(map.TryAddRange([key, key], [value, old]) == (present ? 0 : 1), "TryAddRange");
                _reference.TryAdd(key, value);
                break;
            case 1 or 2:
                Agree(map.TryAdd(key, value) == !present, "TryAdd");
                _reference.TryAdd(key, value);
                break;
            case 3:
                map[key] = value;
                _reference[key] = value;
                break;
            case 4:
                map.SetRange([key, key], [old, value]);
                _reference[key] = value;
                break;
            case 5:
                Agree(map.TryRemoveRange([key, key]) == (present ? 1 : 0), "TryRemoveRange");
                _reference.Remove(key);
                break;
            case 6:
                Agree(
                    map.TryRemove(key, out TValue removed) == present && (!present || Same(removed, old)), "TryRemove");
                _reference.Remove(key);
                break;
            case 7:
                bool same = present && EqualityComparer<TValue>.Default.Equals(old, value);
                Agree(map.TryRemove(new KeyValuePair<TKey, TValue>(key, value)) == same, "TryRemove of a pair");
                if (same)
                {
                    _reference.Remove(key);
                }

                break;
            case 8:
                Agree(Same(map.GetOrAdd(key, value), present ? old : value), "GetOrAdd");
                _reference.TryAdd(key, value);
                break;
            case 9:
                Agree(
                    map.TryExchange(key, value, out TValue exchanged) == present && (!present || Same(exchanged, old)),
                    "TryExchange");
                if (present)
                {
                    _reference[key] = value;
                }

                break;
            case 10:
                Agree(
                    map.TryUpdateOrRemove(key, static (ref v, arg) => Replace(ref v, arg), value) == present,
                    "TryUpdateOrRemove");
                if (present && Replace(ref old, value))
                {
                    _reference[key] = old;
                }
                else
                {
                    _reference.Remove(key);
                }

                break;
            case 11:
                Agree(
                    Same(map.AddOrUpdate(key, static (_, a) => a, static (_, _, a) => a, value), value), "AddOrUpdate");
                _reference[key] = value;
                break;
            case 12:
                Agree(
                    Throws<FuzzException>(
                        () => map.GetOrAdd(key, static _ => throw new FuzzException("on purpose"))) == !present,
                    "a factory that throws");
                break;
            case 13:
                RunOutOfMemory(map, key, value, present);
                break;
            case 14:
                map.TrimExcess();
                break;
            case 15:
                map.EnsureCapacity(valueByte * 4);
                Agree(map.Capacity >= valueByte * 4, "Capacity after EnsureCapacity");
                break;
            case 16 when valueByte < 16:
                map.Clear();
                _reference.Clear();
                break;
            case 17 when valueByte < 64:
                CheckAll(map);
                break;
            default:
                Agree(
                    map.TryGetValue(key, out TValue found) == present && (!present || Same(found, old)), "TryGetValue");
                break;
        }

        Agree(map.Count == _reference.Count, $"Count {map.Count}, expected {_reference.Count}");
    }

    /// <summary>
    /// The system refuses memory: the insert happens or throws, and the map is as before if it throws.
    /// </summary>
    private void RunOutOfMemory<THasher>(ShardMap<TKey, TValue, THasher> map, TKey key, TValue value, bool present)
        where THasher : struct, IKeyHasher<TKey>
    {
        FaultInjection.Allocate = static _ => true;
        try
        {
            Agree(map.TryAdd(key, value) == !present, "TryAdd without memory");
            _reference.TryAdd(key, value);
        }
        catch (OutOfMemoryException)
        {
            Agree(!present, "TryAdd of a present key needs no memory");
        }
        finally
        {
            FaultInjection.Allocate = null;
        }
    }

    private void CheckAll<THasher>(ShardMap<TKey, TValue, THasher> map)
        where THasher : struct, IKeyHasher<TKey>
    {
        TKey[] keys = [.. Enumerable.Range(0, 256).Select(static number => KeyOf((byte)number))];
        TValue[] values = new TValue[keys.Length];
        bool[] found = new bool[keys.Length];
        map.TryGetValues(keys, values, found);
        for (int i = 0; i < keys.Length; i++)
        {
            bool present = _reference.TryGetValue(keys[i], out TValue expected);
            Agree(found[i] == present && (!present || Same(values[i], expected)), "TryGetValues");
        }

        HashSet<TKey> seen = [];
        foreach ((TKey key, TValue value) in map)
        {
            Agree(
                seen.Add(key) && _reference.TryGetValue(key, out TValue expected) && Same(value, expected),
                "enumeration");
        }

        Agree(seen.Count == _reference.Count && map.ToArray().Length == _reference.Count, "number of entries");
    }

    private static bool Replace(ref TValue value, TValue by)
    {
        bool keep = !Same(value, by);
        value = by;
        return keep;
    }

    private static bool Throws<TException>(Action action)
        where TException : Exception
    {
        try
        {
            action();
            return false;
        }
        catch (TException)
        {
            return true;
        }
    }

    private readonly struct OneHash : IKeyHasher<TKey>
    {
        public ulong Hash(TKey key, HashSeed seed) => 0x8000_0000_0002_0000;
    }
}

/// <summary>Map and dictionary disagree.</summary>
internal sealed class FuzzException(string message) : Exception(message);
