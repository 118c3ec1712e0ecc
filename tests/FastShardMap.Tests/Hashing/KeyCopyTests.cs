using System.Runtime.CompilerServices;
using FastShardMap.Hashing;

namespace FastShardMap.Tests.Hashing;

/// <summary>The copy of a key is equal to the key it was copied from, and to no key that differs in one bit.</summary>
public sealed unsafe class KeyCopyTests
{
    [Fact]
    public void IsEqualTo_Guids_ComparesEveryBit() => CompareEveryBit<Guid>();

    [Fact]
    public void IsEqualTo_WideIntegers_ComparesEveryBit()
    {
        CompareEveryBit<UInt128>();
        CompareEveryBit<Int128>();
    }

    [Fact]
    public void IsEqualTo_KeysOfOneWordOrLess_ComparesEveryBit()
    {
        CompareEveryBit<ulong>();
        CompareEveryBit<int>();
        CompareEveryBit<ushort>();
    }

    [Fact]
    public void IsEqualTo_DecimalsOfAnotherScale_AreEqual()
    {
        decimal one = 1.0m;

        KeyCopy<decimal> copy = new((byte*)&one);

        Assert.True(copy.IsEqualTo(1.000m));
        Assert.False(copy.IsEqualTo(1.001m));
    }

    private static void CompareEveryBit<TKey>()
        where TKey : unmanaged, IEquatable<TKey>
    {
        byte[] bytes = new byte[sizeof(TKey)];
        new Random(sizeof(TKey)).NextBytes(bytes);
        TKey key = Unsafe.ReadUnaligned<TKey>(ref bytes[0]);
        KeyCopy<TKey> copy = new((byte*)&key);

        Assert.True(copy.IsEqualTo(key));
        for (int bit = 0; bit < sizeof(TKey) * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(copy.IsEqualTo(Unsafe.ReadUnaligned<TKey>(ref bytes[0])));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }
}
