using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using FastShardMap.Layout;
using FastShardMap.Records;

namespace FastShardMap.Inspector.Maps;

/// <summary>Hashes the bytes of a key as the map does.</summary>
internal sealed class KeyHash
{
    private static readonly Dictionary<string, KeyHash> s_byKeyType = new(StringComparer.Ordinal);
    private static readonly Dictionary<string, KeyHash> s_resistantByKeyType = new(StringComparer.Ordinal);

    // The hash of a long key is in the slot.
    private static readonly KeyHash s_recordKeys = new(
        static (key, seed) => default(RecordKeyHasher).Hash(MemoryMarshal.Read<RecordKey>(key), seed),
        Unsafe.SizeOf<RecordKey>());
    private readonly Function _function;
    private readonly int _keyBytes;

    static KeyHash()
    {
        Add<byte>();
        Add<sbyte>();
        Add<short>();
        Add<ushort>();
        Add<int>();
        Add<uint>();
        Add<long>();
        Add<ulong>();
        Add<nint>();
        Add<nuint>();
        Add<Int128>();
        Add<UInt128>();
        Add<bool>();
        Add<char>();
        Add<Half>();
        Add<float>();
        Add<double>();
        Add<decimal>();
        Add<Guid>();
        Add<DateTime>();
        Add<DateTimeOffset>();
        Add<DateOnly>();
        Add<TimeOnly>();
        Add<TimeSpan>();
        Add<Rune>();
        Add<Index>();
        Add<Range>();
    }

    private KeyHash(Function function, int keyBytes)
    {
        _function = function;
        _keyBytes = keyBytes;
    }

    private delegate ulong Function(ReadOnlySpan<byte> key, HashSeed seed);

    /// <summary>
    /// The hash, by one of the library's hashers, of a type that the library knows. Null for the user's own hashers and
    /// for structs: their hash comes from code of the program, which the tool does not run. Null also if a key has
    /// another length than its type, as in a damaged header.
    /// </summary>
    public static KeyHash? For(string keyType, string hasherType, int keyBytes) =>
        Find(keyType, hasherType, keyBytes) is { } hash && hash._keyBytes == keyBytes ? hash : null;

    public ulong Hash(ReadOnlySpan<byte> key, HashSeed seed) => _function(key, seed);

    private static KeyHash? Find(string keyType, string hasherType, int keyBytes)
    {
        Dictionary<string, KeyHash> byKeyType;
        if (hasherType == typeof(RecordKeyHasher).ToString())
        {
            return keyType == typeof(RecordKey).ToString() ? s_recordKeys : null;
        }

        if (hasherType.StartsWith("FastShardMap.DefaultHasher`1[", StringComparison.Ordinal))
        {
            byKeyType = s_byKeyType;
        }
        else if (hasherType.StartsWith("FastShardMap.FloodResistantHasher`1[", StringComparison.Ordinal))
        {
            byKeyType = s_resistantByKeyType;
        }
        else
        {
            return null;
        }

        if (!keyType.StartsWith("FastShardMap.EnumKey`1[", StringComparison.Ordinal))
        {
            return byKeyType.GetValueOrDefault(keyType);
        }

        // Enums are hashed by their bits.
        return keyBytes switch
        {
            sizeof(byte) => byKeyType[typeof(byte).ToString()],
            sizeof(ushort) => byKeyType[typeof(ushort).ToString()],
            sizeof(uint) => byKeyType[typeof(uint).ToString()],
            sizeof(ulong) => byKeyType[typeof(ulong).ToString()],
            _ => null,
        };
    }

    private static void Add<TKey>()
        where TKey : unmanaged
    {
        string keyType = typeof(TKey).ToString();
        int keyBytes = Unsafe.SizeOf<TKey>();
        s_byKeyType.Add(
            keyType,
            new KeyHash(
                static (key, seed) => default(DefaultHasher<TKey>).Hash(MemoryMarshal.Read<TKey>(key), seed),
                keyBytes));
        s_resistantByKeyType.Add(
            keyType,
            new KeyHash(
                static (key, seed) => default(FloodResistantHasher<TKey>).Hash(MemoryMarshal.Read<TKey>(key), seed),
                keyBytes));
    }
}
