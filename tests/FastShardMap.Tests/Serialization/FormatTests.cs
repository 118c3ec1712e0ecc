using System.Runtime.InteropServices;
using System.Text;
using FastShardMap.Serialization;

namespace FastShardMap.Tests.Serialization;

public class FormatTests
{
    // RFC 3720, B.4, and the usual check value.
    [Fact]
    public void Crc32C_KnownVectors_Agree()
    {
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        byte[] ones = new byte[32];
        ones.AsSpan().Fill(0xFF);
        Assert.Equal(0x62A8AB43u, Crc32C.Of(ones));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(value => (byte)value)]));
        Assert.Equal(0u, Crc32C.Of([]));
    }

    [Fact]
    public void Crc32C_InPieces_IsThatOfTheWhole()
    {
        byte[] bytes = Encoding.ASCII.GetBytes("The quick brown fox jumps over the lazy dog");
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            Crc32C crc = default;
            crc.Add(bytes.AsSpan(0, cut));
            crc.Add(bytes.AsSpan(cut));
            Assert.Equal(Crc32C.Of(bytes), crc.Value);
        }

        Crc32C number = default;
        number.Add(0x0102030405060708);
        Assert.Equal(Crc32C.Of([8, 7, 6, 5, 4, 3, 2, 1]), number.Value);
    }

    /// <summary>Long inputs are added in lanes; byte by byte they are not.</summary>
    [Theory]
    [InlineData(12_287)]
    [InlineData(12_288)] // three lanes
    [InlineData(12_289)]
    [InlineData(24_576)]
    [InlineData(65_537)]
    public void Crc32C_InLanes_IsThatOfTheBytesOneByOne(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        Crc32C crc = default;
        crc.Add(bytes.AsSpan(0, 3));
        foreach (byte value in bytes.AsSpan(3))
        {
            crc.Add([value]);
        }

        Assert.Equal(crc.Value, Crc32C.Of(bytes));
    }

    [Fact]
    public void Fingerprint_OfFields_TellsLayoutsApart()
    {
        UInt128[] all =
        [
            TypeFingerprint.Of<long>(), TypeFingerprint.Of<ulong>(), TypeFingerprint.Of<double>(),
            TypeFingerprint.Of<Guid>(),
            TypeFingerprint.Of<Plain>(), TypeFingerprint.Of<Packed>(), TypeFingerprint.Of<Placed>(),
            TypeFingerprint.Of<Nested>(),
            TypeFingerprint.Of<(int, long)>(), TypeFingerprint.Of<(long, int)>(), TypeFingerprint.Of<(int, Plain)>(),
            TypeFingerprint.Of<(int, Packed)>(), TypeFingerprint.Of<nint>(),
        ];
        Assert.Distinct(all);
        Assert.DoesNotContain(UInt128.Zero, all);
        Assert.Equal(TypeFingerprint.Of<int>(), TypeFingerprint.Of<DayOfWeek>());
        Assert.Equal(TypeFingerprint.Of<Plain>(), TypeFingerprint.Of<Other.Plain>());
    }

    /// <summary>Programs compiled ahead of time know no fields, and have the same fingerprint of everything
    /// else.</summary>
    [Fact]
    public void Fingerprint_FieldsNotKnown_IsThatOfTheName()
    {
        Type[] named =
        [
            typeof(bool), typeof(char), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int),
            typeof(uint),
            typeof(long), typeof(ulong), typeof(nint), typeof(nuint), typeof(float), typeof(double), typeof(decimal),
            typeof(Half),
            typeof(Int128), typeof(UInt128), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan),
            typeof(DateOnly), typeof(TimeOnly), typeof(Rune), typeof(Index), typeof((long, double)),
            typeof((double, long)),
            typeof(KeyValuePair<int, (byte, Guid)>),
        ];
        UInt128[] all = [.. named.Select(type => TypeFingerprint.Compute(type, fieldsAreKnown: false))];
        Assert.Distinct(all);
        Assert.DoesNotContain(UInt128.Zero, all);
        Assert.Equal(named.Select(type => TypeFingerprint.Compute(type, fieldsAreKnown: true)), all);
        Assert.Equal(
            TypeFingerprint.Of<int>(), TypeFingerprint.Compute(typeof(DayOfWeek), fieldsAreKnown: false));
        Assert.All(
            [typeof(Plain), typeof(Nested), typeof((int, Plain)), typeof(KeyValuePair<Plain, int>)],
            type => Assert.Equal(UInt128.Zero, TypeFingerprint.Compute(type, fieldsAreKnown: false)));
        Assert.True(TypeFingerprint.IsNamed<(long, Guid)>() && TypeFingerprint.IsNamed<DayOfWeek>());
        Assert.False(TypeFingerprint.IsNamed<Plain>() || TypeFingerprint.IsNamed<(long, Plain)>());
    }

    /// <summary>What a program with or without knowledge of fields takes from a file of another with or without
    /// it.</summary>
    [Theory]
    [InlineData(5, true, 5, true, true)]
    [InlineData(5, true, 6, true, false)]
    [InlineData(0, true, 6, true, false)] // a name is always known
    [InlineData(5, false, 5, false, true)]
    [InlineData(5, false, 6, false, false)]
    [InlineData(0, false, 6, false, true)]
    [InlineData(5, false, 0, false, true)]
    [InlineData(0, false, 0, false, true)]
    [InlineData(5, true, 0, false, false)] // a long is no structure
    [InlineData(0, false, 6, true, false)] // and the other way round
    [InlineData(5, null, 5, true, true)] // files of before
    [InlineData(5, null, 6, true, false)]
    [InlineData(0, null, 6, true, true)]
    [InlineData(5, null, 0, false, true)]
    public void Match_OfFingerprints_TakesUnknownFieldsOnly(
        int saved, bool? savedIsNamed, int own, bool ownIsNamed, bool expected) =>
        Assert.Equal(expected, TypeFingerprint.Match((UInt128)saved, savedIsNamed, (UInt128)own, ownIsNamed));

    /// <summary>The descriptions are part of the format: when one changes, files of before are refused.</summary>
    [Fact]
    public void Describe_Types_IsAsEver()
    {
        Assert.Equal("System.Int64", TypeFingerprint.Describe(typeof(long)));
        Assert.Equal("System.ValueTuple`2<System.Int32,System.Guid,>", TypeFingerprint.Describe(typeof((int, Guid))));
        Assert.Equal(
            "Sequential pack 0 size 0{A:System.Byte;B:System.Int64;}", TypeFingerprint.Describe(typeof(Plain)));
        Assert.Equal(
            "Explicit pack 0 size 16{@0 A:System.Byte;@3 B:System.Int64;}", TypeFingerprint.Describe(typeof(Placed)));
        Assert.Equal(
            "Sequential pack 0 size 0{First:Sequential pack 0 size "
                + "0{A:System.Byte;B:System.Int64;};_second:System.Int32;}",
            TypeFingerprint.Describe(typeof(Nested)));
    }

#pragma warning disable CS0169, CS0649, S1144 // compared by their fields only
    private struct Plain
    {
        public byte A;
        public long B;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Packed
    {
        public byte A;
        public long B;
    }

    [StructLayout(LayoutKind.Explicit, Size = 16)]
    private struct Placed
    {
        [FieldOffset(0)]
        public byte A;

        [FieldOffset(3)]
        public long B;
    }

    private struct Nested
    {
        public static int Ignored;
        public Plain First;
        private int _second;
    }

    private static class Other
    {
        internal struct Plain
        {
            public byte A;
            public long B;
        }
    }
#pragma warning restore CS0169, CS0649, S1144
}
