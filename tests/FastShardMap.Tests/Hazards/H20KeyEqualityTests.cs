using System.Runtime.CompilerServices;
using FastShardMap.Tests.Hashing;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Hazards;

/// <summary>H20: keys compared or hashed by their bytes where equality says otherwise.</summary>
public sealed class H20KeyEqualityTests
{
    [Fact]
    public void PaddingBytes_OfKeys_DoNotMatter()
    {
        using ShardMap<PaddedKey, int> map = new(new ShardMapOptions { ShardCount = 2 });
        for (int i = 0; i < 200; i++)
        {
            map[Padded(i, 0x00)] = i;
        }

        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(i, map[Padded(i, 0xFF)]);
            Assert.False(map.TryAdd(Padded(i, (byte)i), 0));
            map[Padded(i, 0x55)] = i;
        }

        Assert.Equal(200, map.Count);
    }

    [Fact]
    public void Zeros_OfBothSigns_AreOneKey()
    {
        AssertOneKey(0.0, -0.0);
        AssertOneKey(0f, -0f);
        AssertOneKey((Half)0f, (Half)(-0f));
        AssertOneKey(0m, new decimal(0, 0, 0, isNegative: true, scale: 5));
        AssertOneKey(1.0m, 1.000m);
    }

    [Fact]
    public void NotANumber_OfAnyBits_IsOneKey()
    {
        AssertOneKey(double.NaN, BitConverter.UInt64BitsToDouble(0x7FF0_0000_0000_0001));
        AssertOneKey(float.NaN, BitConverter.UInt32BitsToSingle(0x7F80_0001));
        AssertOneKey(Half.NaN, BitConverter.UInt16BitsToHalf(0x7C01));
    }

    [Fact]
    public void Equality_OfTheKeysOwn_Decides()
    {
        AssertOneKey(new CaseInsensitive('a'), new CaseInsensitive('A'));
        AssertOneKey(
            new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(2026, 1, 1, 14, 0, 0, TimeSpan.FromHours(2)));
    }

    /// <summary>Values are compared by their equality too.</summary>
    [Fact]
    public void Comparison_OfValues_IsTheirEquality()
    {
        using ShardMap<int, double> map = new();
        map[1] = -0.0;
        Assert.True(map.TryUpdate(1, double.NaN, 0.0));
        Assert.True(map.TryRemove(KeyValuePair.Create(1, double.NaN)));
    }

    private static void AssertOneKey<T>(T first, T second)
        where T : unmanaged, IEquatable<T>
    {
        using ShardMap<T, int> map = new(new ShardMapOptions { ShardCount = 16 });
        Assert.True(map.TryAdd(first, 1));
        Assert.False(map.TryAdd(second, 2));
        Assert.Equal(1, map[second]);
        Assert.True(map.TryRemove(second, out _));
        Assert.Empty(map);
    }

    private static PaddedKey Padded(int number, byte padding)
    {
        PaddedKey key = default;
        SizedBytes.BytesOf(ref key).Fill(padding);
        PaddedKey clean = new((byte)number, number);
        ReadOnlySpan<byte> bytes = SizedBytes.BytesOf(ref clean);
        Assert.Equal(16, Unsafe.SizeOf<PaddedKey>());
        SizedBytes.BytesOf(ref key)[0] = bytes[0];
        bytes[8..].CopyTo(SizedBytes.BytesOf(ref key)[8..]);
        return key;
    }

    private readonly struct CaseInsensitive(char character) : IEquatable<CaseInsensitive>
    {
        private readonly char _character = character;

        public bool Equals(CaseInsensitive other) =>
            char.ToUpperInvariant(_character) == char.ToUpperInvariant(other._character);

        public override bool Equals(object? obj) => obj is CaseInsensitive other && Equals(other);

        public override int GetHashCode() => char.ToUpperInvariant(_character);
    }
}
