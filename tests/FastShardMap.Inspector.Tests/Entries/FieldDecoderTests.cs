using System.Globalization;
using System.Runtime.InteropServices;
using FastShardMap.Inspector.Entries;
using FastShardMap.Layout;
using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Tests.Entries;

public sealed class FieldDecoderTests
{
    [Fact]
    public void For_EntryOfACache_DecodesTheValue()
    {
        AssertDecoded((sbyte)-5);
        AssertDecoded((byte)200);
        AssertDecoded(short.MinValue);
        AssertDecoded('x');
        AssertDecoded(true);
        AssertDecoded(-7);
        AssertDecoded(1.5f);
        AssertDecoded(long.MinValue);
        AssertDecoded(0.25);
        AssertDecoded(12.5m);
        AssertDecoded(UInt128.MaxValue);
        AssertDecoded(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
        AssertDecoded(new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc));
        AssertDecoded(new DateOnly(2026, 3, 4));
        AssertDecoded(TimeSpan.FromMinutes(3));
    }

    [Fact]
    public unsafe void Bind_ValueOfACache_IsComparedAsWhatItIs()
    {
        FieldDecoder keys = FieldDecoder.For(typeof(long).ToString(), sizeof(long), runtime: null);
        FieldDecoder values =
            FieldDecoder.For(typeof(CacheEntry<long>).ToString(), sizeof(CacheEntry<long>), runtime: null);
        EntryFilter filter = EntryFilter.Parse("value >= 0x2a");
        filter.Bind(keys, values);

        Assert.True(filter.Accepts(1L, 42L));
        Assert.False(filter.Accepts(1L, 41L));
    }

    /// <summary>The tool knows neither the type nor, without the heap, its fields; and a damaged header may have a
    /// length that does not belong to the type.</summary>
    [Theory]
    [InlineData("FastShardMap.Layout.CacheEntry`1[Shop.Order]", 12)]
    [InlineData("FastShardMap.Layout.CacheEntry`1[System.Int64]", 4)]
    [InlineData("FastShardMap.Layout.CacheEntry`1[System.Int64]", 12)]
    [InlineData("FastShardMap.Layout.CacheEntry`1[", 16)]
    [InlineData("FastShardMap.Layout.CacheEntry`1", 16)]
    [InlineData("FastShardMap.EnumKey`1[", 4)]
    public void For_UnknownTypeOrOtherLength_DecodesTheBytes(string typeName, int bytes)
    {
        FieldDecoder decoder = FieldDecoder.For(typeName, bytes, runtime: null);

        Assert.Equal(new string('1', 2 * bytes), decoder.Decode([.. Enumerable.Repeat((byte)0x11, bytes)]));
    }

    [Fact]
    public void Text_Times_LoseNothing()
    {
        TimeOnly time = new TimeOnly(5, 6, 7, 8).Add(TimeSpan.FromTicks(9));

        Assert.Equal("05:06:07.0080009", FieldDecoder.Text(time));
        Assert.Equal(time, TimeOnly.Parse(FieldDecoder.Text(time), CultureInfo.InvariantCulture));
    }

    /// <summary>All bits set: -1, or the largest number.</summary>
    [Theory]
    [InlineData(ClrElementType.Int8, (sbyte)-1)]
    [InlineData(ClrElementType.UInt8, byte.MaxValue)]
    [InlineData(ClrElementType.Int16, (short)-1)]
    [InlineData(ClrElementType.UInt16, ushort.MaxValue)]
    [InlineData(ClrElementType.Int32, -1)]
    [InlineData(ClrElementType.UInt32, uint.MaxValue)]
    [InlineData(ClrElementType.Int64, -1L)]
    [InlineData(ClrElementType.UInt64, ulong.MaxValue)]
    public void Decode_Enumeration_HasTheSignOfItsType(ClrElementType type, object last)
    {
        byte[] bits = [.. Enumerable.Repeat(byte.MaxValue, Marshal.SizeOf(last))];
        EnumDecoder named = new(type, [("None", (byte)0), ("Last", last)], 0, bits.Length);
        EnumDecoder unnamed = new(type, [], 0, bits.Length);
        EntryFilter filter = EntryFilter.Parse($"key == {last} and key >= Last and value >= {last}");
        filter.Bind(named, unnamed);

        Assert.Equal("Last", named.Decode(bits));
        Assert.Equal(Convert.ToString(last, CultureInfo.InvariantCulture), FieldDecoder.Text(unnamed.Decode(bits)));
        Assert.True(filter.Accepts(named.Decode(bits), unnamed.Decode(bits)));
    }

    private static unsafe void AssertDecoded<T>(T value)
        where T : unmanaged
    {
        CacheEntry<T> entry = new() { Value = value, Mark = CacheEntry<T>.MaxMark, Expiry = 0xABCD_EF01 };
        FieldDecoder decoder =
            FieldDecoder.For(typeof(CacheEntry<T>).ToString(), sizeof(CacheEntry<T>), runtime: null);

        Assert.Equal(value, decoder.Decode(new ReadOnlySpan<byte>(&entry, sizeof(CacheEntry<T>))));
    }
}
