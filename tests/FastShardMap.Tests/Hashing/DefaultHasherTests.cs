using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Hashing;

/// <summary>DefaultHasher agrees with equality for every type it knows, and tells different keys apart.</summary>
public sealed class DefaultHasherTests
{
    private static readonly HashSeed Seed = new(0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7345);

    private enum ByteEnum : byte
    {
        None,
    }

    private enum LongEnum : long
    {
        None,
    }

    [Fact]
    public void Hash_Integers_DifferForDifferentKeys()
    {
        AssertDistinct<bool>([false, true]);
        AssertDistinct<byte>([0, 1, 2, 127, 128, 255]);
        AssertDistinct<sbyte>([0, 1, -1, -128, 127]);
        AssertDistinct<short>([0, 1, -1, short.MinValue, short.MaxValue]);
        AssertDistinct<ushort>([0, 1, 256, ushort.MaxValue]);
        AssertDistinct<char>(['\0', 'a', 'b', '\uFFFF']);
        AssertDistinct<int>([0, 1, -1, int.MinValue, int.MaxValue, 65536]);
        AssertDistinct<uint>([0, 1, 65536, uint.MaxValue]);
        AssertDistinct<long>([0, 1, -1, long.MinValue, long.MaxValue, 1L << 32, uint.MaxValue]);
        AssertDistinct<ulong>([0, 1, 1UL << 63, ulong.MaxValue, 1UL << 32, uint.MaxValue]);
        AssertDistinct<nint>([0, 1, -1, nint.MinValue, nint.MaxValue]);
        AssertDistinct<nuint>([0, 1, nuint.MaxValue]);
        AssertDistinct<Int128>([0, 1, -1, Int128.MinValue, Int128.MaxValue, Int128.One << 64]);
        AssertDistinct<UInt128>(
            [0, 1, UInt128.MaxValue, UInt128.One << 64, UInt128.One << 127, (UInt128.One << 64) | 1]);
        AssertDistinct<ByteEnum>([ByteEnum.None, (ByteEnum)1, (ByteEnum)255]);
        AssertDistinct<LongEnum>([LongEnum.None, (LongEnum)1, (LongEnum)(1L << 32), (LongEnum)long.MinValue]);
        AssertDistinct<EnumKey<LongEnum>>([default, (LongEnum)1, (LongEnum)(1L << 32), (LongEnum)long.MinValue]);
    }

    [Fact]
    public void Hash_OtherKnownTypes_DifferForDifferentKeys()
    {
        AssertDistinct<double>(
            [0, 1, -1, double.NaN, double.Epsilon, -double.Epsilon, double.MaxValue, double.NegativeInfinity]);
        AssertDistinct<float>(
            [0, 1, -1, float.NaN, float.Epsilon, -float.Epsilon, float.MaxValue, float.NegativeInfinity]);
        AssertDistinct<Half>(
            [
                (Half)0, (Half)1, (Half)(-1), Half.NaN, Half.Epsilon, -Half.Epsilon, Half.MaxValue,
                Half.NegativeInfinity,
            ]);
        AssertDistinct<decimal>([0, 1, -1, 0.1m, 10, 100, decimal.MaxValue, decimal.MinValue, 1e-28m, 1.5m, 15m]);
        AssertDistinct<Guid>(
            [Guid.Empty, new(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), Guid.NewGuid()]);
        AssertDistinct<DateTime>([default, new(1), DateTime.MaxValue, DateTime.UnixEpoch]);
        AssertDistinct<DateTimeOffset>([default, DateTimeOffset.MaxValue, DateTimeOffset.UnixEpoch]);
        AssertDistinct<TimeSpan>([default, TimeSpan.MinValue, TimeSpan.MaxValue, new(1)]);
        AssertDistinct<DateOnly>([default, DateOnly.MaxValue, new(2000, 1, 1)]);
        AssertDistinct<TimeOnly>([default, TimeOnly.MaxValue, new(12, 0)]);
        AssertDistinct<Rune>([default, new('a'), new(0x10FFFF)]);
        AssertDistinct<Index>([default, 1, ^1, ^0]);
        AssertDistinct<Range>([default, Range.All, 1..2, 2..1, ^1..2]);
        AssertDistinct<(int, long)>([(0, 0), (1, 0), (0, 1), (1, 1)]);
        AssertDistinct<PaddedKey>([default, new(1, 0), new(0, 1), new(2, 3)]);
    }

    [Fact]
    public void Hash_FloatingPointZerosAndNaNs_AreEqualAsTheirEquals()
    {
        AssertEqualHash(0.0, -0.0);
        AssertEqualHash(double.NaN, -double.NaN);
        AssertEqualHash(double.NaN, BitConverter.UInt64BitsToDouble(0x7FF0_0000_0000_0001));
        AssertEqualHash(double.NaN, BitConverter.UInt64BitsToDouble(ulong.MaxValue));
        AssertEqualHash(0.0f, -0.0f);
        AssertEqualHash(float.NaN, BitConverter.UInt32BitsToSingle(0x7F80_0001));
        AssertEqualHash(float.NaN, BitConverter.UInt32BitsToSingle(uint.MaxValue));
        AssertEqualHash(Half.Zero, Half.NegativeZero);
        AssertEqualHash(Half.NaN, BitConverter.UInt16BitsToHalf(0x7C01));
        AssertEqualHash(Half.NaN, BitConverter.UInt16BitsToHalf(ushort.MaxValue));
    }

    [Fact]
    public void Hash_EveryHalf_AgreesWithEquals()
    {
        Dictionary<ulong, Half> firstOfHash = new();
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            Half key = BitConverter.UInt16BitsToHalf((ushort)bits);
            ulong hash = Hash(key);
            if (firstOfHash.TryGetValue(hash, out Half first))
            {
                // All NaN share the hash of infinity, as in the framework's own GetHashCode.
                Assert.True(first.Equals(key) || Half.IsNaN(key) || Half.IsNaN(first));
            }
            else
            {
                firstOfHash.Add(hash, key);
            }
        }
    }

    [Fact]
    public void Hash_DecimalsOfEveryScale_AgreeWithEquals()
    {
        AssertEqualHash(1.0m, 1.00m);
        AssertEqualHash(0m, 0.000m);
        AssertEqualHash(0m, new decimal(0, 0, 0, isNegative: true, 5));
        AssertEqualHash(-2.50m, -2.5m);
        AssertEqualHash(100m, 100.0000000000000000000000m);
        Random random = new(3);
        for (int round = 0; round < 10_000; round++)
        {
            // Some number, and the same number with more trailing zeros.
            int zeros = random.Next(10);
            decimal key = new(random.Next(), random.Next(), 0, random.Next(2) == 0, (byte)random.Next(19));
            decimal wider = key;
            for (int i = 0; i < zeros; i++)
            {
                wider *= 1.0m;
            }

            AssertEqualHash(key, wider);
            AssertEqualHash(key, key / 1.0000000000000000000000000000m);
        }
    }

    [Fact]
    public void Hash_TimesOfDifferentKindOrOffset_AreEqualAsTheirEquals()
    {
        long ticks = new DateTime(2025, 1, 2, 3, 4, 5).Ticks;
        AssertEqualHash(new DateTime(ticks, DateTimeKind.Utc), new DateTime(ticks, DateTimeKind.Unspecified));
        AssertEqualHash(new DateTime(ticks, DateTimeKind.Utc), new DateTime(ticks, DateTimeKind.Local));
        DateTimeOffset point = new(ticks, TimeSpan.Zero);
        AssertEqualHash(point, point.ToOffset(TimeSpan.FromHours(5)));
        AssertEqualHash(point, point.ToOffset(TimeSpan.FromMinutes(-90)));
    }

    [Fact]
    public void Hash_PaddingBytesDiffer_IsEqual()
    {
        Span<byte> bytes = stackalloc byte[Unsafe.SizeOf<PaddedKey>()];
        bytes.Fill(0xAA);
        bytes[0] = 7;
        MemoryMarshal.Write(bytes[8..], 9L);
        AssertEqualHash(new PaddedKey(7, 9), MemoryMarshal.Read<PaddedKey>(bytes));
    }

    [Fact]
    public void Hash_OtherSeed_GivesOtherHash()
    {
        Random random = new(4);
        for (ulong key = 0; key < 1000; key++)
        {
            HashSeed other = new((ulong)random.NextInt64(), (ulong)random.NextInt64());
            Assert.NotEqual(Hash(key), default(DefaultHasher<ulong>).Hash(key, other));
            Assert.NotEqual(Hash((UInt128)key), default(DefaultHasher<UInt128>).Hash(key, other));
            Assert.NotEqual(Hash((key, key)), default(DefaultHasher<(ulong, ulong)>).Hash((key, key), other));
        }
    }

    [Fact]
    public void Hash_ManyKeysOfEveryKnownType_AllocatesNothing()
    {
#if DEBUG
        Assert.Skip("Without optimisation the test for EnumKey boxes.");
#endif
        AssertNoAllocation(1UL);
        AssertNoAllocation(1.5);
        AssertNoAllocation(1.50m);
        AssertNoAllocation(DayOfWeek.Friday);
        AssertNoAllocation(new EnumKey<DayOfWeek>(DayOfWeek.Friday));
        AssertNoAllocation(Guid.Empty);
        AssertNoAllocation(DateTimeOffset.UnixEpoch);
        AssertNoAllocation(new PaddedKey(1, 2));
    }

    private static ulong Hash<TKey>(TKey key)
        where TKey : unmanaged => default(DefaultHasher<TKey>).Hash(key, Seed);

    private static void AssertEqualHash<TKey>(TKey left, TKey right)
        where TKey : unmanaged, IEquatable<TKey>
    {
        Assert.True(left.Equals(right));
        Assert.Equal(Hash(left), Hash(right));
    }

    private static void AssertDistinct<TKey>(TKey[] keys)
        where TKey : unmanaged
    {
        Assert.Equal(keys.Length, keys.Select(Hash).Distinct().Count());
        foreach (TKey key in keys)
        {
            Assert.Equal(Hash(key), Hash(key));
        }
    }

    private static void AssertNoAllocation<TKey>(TKey key)
        where TKey : unmanaged
    {
        _ = HashOften(key);
        Allocation.AssertNone(() => _ = HashOften(key));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static ulong HashOften<TKey>(TKey key)
        where TKey : unmanaged
    {
        ulong sum = 0;
        for (int i = 0; i < 100; i++)
        {
            sum += Hash(key);
        }

        return sum;
    }
}
