using System.Numerics;
using FastShardMap.Tests.Hashing;

namespace FastShardMap.Tests;

/// <summary>Keys of every kind, through the whole path: hash, table, equality.</summary>
public sealed class KeyTypeTests
{
    [Fact]
    public void Keys_OfEveryPrimitive_AreFound()
    {
        Check(static i => (byte)i, 200);
        Check(static i => (sbyte)(i - 100), 200);
        Check(static i => (short)(i - 500));
        Check(static i => (ushort)i);
        Check(static i => i - 500);
        Check(static i => (uint)i * 1_000_003);
        Check(static i => (i - 500L) << 32);
        Check(static i => (ulong)i << 50);
        Check(static i => (nint)i);
        Check(static i => (nuint)i);
        Check(static i => (char)i);
        Check(static i => i % 2 == 0, 2);
        Check(static i => (Half)i);
        Check(static i => i / 3f);
        Check(static i => -i / 3.0);
        Check(static i => i / 100m);
        Check(static i => (Int128)i << 70);
        Check(static i => (UInt128)i << 64);
    }

    [Fact]
    public void Keys_OfFrameworkStructs_AreFound()
    {
        Check(static i => new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
        Check(static i => DateTime.UnixEpoch.AddSeconds(i));
        Check(static i => DateTimeOffset.UnixEpoch.AddSeconds(i));
        Check(static i => TimeSpan.FromTicks(i));
        Check(static i => DateOnly.FromDayNumber(i));
        Check(static i => new TimeOnly(i));
        Check(static i => new System.Text.Rune(i));
        Check(static i => new Index(i));
        Check(static i => i..(i + 1));
        Check(static i => new Vector3(i, 0, -i));
        Check(static i => new Complex(i, -i));
        Check(static i => (i, (long)-i));
    }

    [Fact]
    public void Keys_OfUserStructs_AreFound()
    {
        Check(static i => new Point(i, -i, (byte)i));
        Check(static i => new PaddedKey((byte)i, i));
        Check(static i => (EnumKey<DayOfWeek>)(DayOfWeek)i);
        Check(static i => (EnumKey<LongEnum>)(LongEnum)((long)i << 40));
        Check(static i => (EnumKey<ByteEnum>)(ByteEnum)i, 200);
    }

    [Fact]
    public void Enums_Implicitly_AreKeys()
    {
        using ShardMap<EnumKey<DayOfWeek>, int> map = new();
        map[DayOfWeek.Monday] = 1;
        map[DayOfWeek.Sunday] = 7;
        Assert.Equal(1, map[DayOfWeek.Monday]);
        Assert.False(map.ContainsKey(DayOfWeek.Friday));
        Assert.Equal(2, map.Count);
    }

    [Fact]
    public void FloatingPoint_ZerosAndNaNs_AreOneKeyEach()
    {
        using ShardMap<double, int> map = new();
        map[0.0] = 1;
        map[-0.0] = 2;
        map[double.NaN] = 3;
        map[BitConverter.UInt64BitsToDouble(0xFFF8_0000_0000_1234)] = 4;
        map[double.Epsilon] = 5;
        map[-double.Epsilon] = 6;
        Assert.Equal(4, map.Count);
        Assert.Equal(2, map[0.0]);
        Assert.Equal(4, map[double.NaN]);
    }

    [Fact]
    public void DateTime_KindsOfOneMoment_AreOneKey()
    {
        using ShardMap<DateTime, int> map = new();
        map[new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc)] = 1;
        map[new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Local)] = 2;
        Assert.Equal(1, map.Count);
        Assert.Equal(2, map[new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Unspecified)]);
    }

    [Fact]
    public void Values_OfMixedAlignment_AreStoredWhole()
    {
        using ShardMap<byte, (byte A, double B, char C)> map = new(new ShardMapOptions { ShardCount = 1 });
        for (int i = 0; i < 256; i++)
        {
            map[(byte)i] = ((byte)~i, i / 7.0, (char)(i * 3));
        }

        for (int i = 0; i < 256; i++)
        {
            Assert.Equal(((byte)~i, i / 7.0, (char)(i * 3)), map[(byte)i]);
        }
    }

    [Fact]
    public void AddDelta_NumbersOfEveryKind_Counts()
    {
        CheckNumber<int>();
        CheckNumber<byte>();
        CheckNumber<double>();
        CheckNumber<decimal>();
        CheckNumber<Int128>();
        CheckNumber<Half>();
        CheckNumber<nint>();
    }

    private static void CheckNumber<T>()
        where T : unmanaged, INumber<T>
    {
        using ShardMap<int, T> map = new();
        Assert.Equal(T.One, map.Increment(1));
        Assert.Equal(T.One + T.One, map.AddDelta(1, T.One));
        Assert.Equal(T.One + T.One, map[1]);
    }

    private static void Check<TKey>(Func<int, TKey> keyOf, int count = 1000)
        where TKey : unmanaged, IEquatable<TKey>
    {
        using ShardMap<TKey, int> map = new(new ShardMapOptions { ShardCount = 2 });
        for (int i = 0; i < count; i++)
        {
            Assert.False(map.ContainsKey(keyOf(i)));
            Assert.True(map.TryAdd(keyOf(i), i));
        }

        for (int i = 0; i < count; i++)
        {
            Assert.Equal(i, map[keyOf(i)]);
            Assert.False(map.TryAdd(keyOf(i), -1));
        }

        Assert.Equal(count, map.Count);
        Assert.Empty(map.Shards.FindViolations());
        for (int i = 0; i < count; i += 2)
        {
            Assert.True(map.TryRemove(keyOf(i), out int value));
            Assert.Equal(i, value);
        }

        for (int i = 0; i < count; i++)
        {
            Assert.Equal(i % 2 == 1, map.ContainsKey(keyOf(i)));
        }
    }

    private readonly record struct Point(int X, long Y, byte Z);

    private enum LongEnum : long
    {
        None,
    }

    private enum ByteEnum : byte
    {
        None,
    }
}
