using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastShardMap.Operations;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests;

/// <summary>What compares values: their own equality, their bytes, or nothing at all.</summary>
public sealed class ValueEqualityTests
{
    [Fact]
    public void Comparison_TypesWithEquality_IsTheirs()
    {
        Check(1, 2);
        Check(DayOfWeek.Friday, DayOfWeek.Monday);
        Check(1.0m, 2m, equal: 1.00m);
        Check(0.0, 1.0, equal: -0.0);
        Check(double.NaN, 1.0, equal: -double.NaN);
        Check(new Loose(1, 2), new Loose(2, 2), equal: new Loose(1, 3));
        Check((1, 2L), (1, 3L));
    }

    [Fact]
    public void Comparison_TypesWithout_IsOfAllBytes()
    {
        Check(new Dense { A = 1, B = 2 }, new Dense { A = 1, B = 3 });
        Check(new Joined { First = 1 }, new Joined { Last = 2 });
        Check(WithArray(1), WithArray(2));
        Check(new Packed { A = 1, B = 2 }, new Packed { A = 1, B = 3 });
        Check(new Union { Whole = 0x1_0000_0001 }, new Union { High = 1 });
        Check(new Floating { Number = 0.0 }, new Floating { Number = -0.0 });
        Check(new Nested { Array = WithArray(3) }, new Nested { Array = WithArray(4) });
    }

    [Fact]
    public void Comparison_PaddingOrOverride_IsRefusedAtOnce()
    {
        CheckRefused<Padded>();
        CheckRefused<PaddedAtTheEnd>();
        CheckRefused<NestedPadding>();
        CheckRefused<UnionWithHole>();
        CheckRefused<SizedWithoutFields>();
        CheckRefused<Overriding>();
    }

    /// <summary>
    /// The way of programs compiled ahead of time must not take a type for one whose bytes decide. (What it takes for
    /// one there, .ci/consumer shows; this runtime may compare in boxes what that one does not.)
    /// </summary>
    [Fact]
    public void IsComparedWithoutBoxes_PaddingOrOverride_IsFalse()
    {
        Assert.True(ByteEquality.IsComparedWithoutBoxes<int>());
        Assert.False(ByteEquality.IsComparedWithoutBoxes<InlineLongs>());
        Assert.False(ByteEquality.IsComparedWithoutBoxes<Padded>());
        Assert.False(ByteEquality.IsComparedWithoutBoxes<PaddedAtTheEnd>());
        Assert.False(ByteEquality.IsComparedWithoutBoxes<NestedPadding>());
        Assert.False(ByteEquality.IsComparedWithoutBoxes<Overriding>());
    }

    private static InlineLongs WithArray(long last)
    {
        InlineLongs values = default;
        values[2] = last;
        return values;
    }

    private static void Check<T>(T value, T other, T? equal = null)
        where T : unmanaged
    {
        using ShardMap<int, T> map = new();
        AuditedShardMap<int, T, DefaultHasher<int>> audited = new(map);
        using GuardedShardMap<int, T, MutexGuard> guarded = new();
        using ChannelShardMap<int, T> channel = new(1);
        foreach (IConcurrentMap<int, T> each in new IConcurrentMap<int, T>[] { map, guarded, channel })
        {
            each[1] = value;
            Assert.False(each.TryUpdate(1, other, other));
            Assert.True(each.TryUpdate(1, other, equal ?? value));
            Assert.True(each.TryUpdate(1, value, other));
        }

        TimeSpan timeout = TimeSpan.FromSeconds(30);
        Assert.Equal(DeadlineResult.NotApplicable, map.TryUpdate(1, other, other, timeout));
        Assert.Equal(DeadlineResult.Done, map.TryUpdate(1, value, value, timeout));
        Assert.True(audited.TryUpdate(1, value, equal ?? value));
        Allocation.AssertNone(() =>
        {
            map.TryUpdate(1, value, value);
            map.TryUpdate(1, value, value, timeout);
            map.TryRemove(new KeyValuePair<int, T>(1, other));
        });
        Assert.False(audited.TryRemove(new KeyValuePair<int, T>(1, other)));
        Assert.True(map.TryRemove(new KeyValuePair<int, T>(1, equal ?? value)));
    }

    private static void CheckRefused<T>()
        where T : unmanaged
    {
        using ShardMap<int, T> map = new();
        using AuditedShardMap<int, T, DefaultHasher<int>> audited = new(map);
        using GuardedShardMap<int, T, MutexGuard> guarded = new();
        using ChannelShardMap<int, T> channel = new(1);
        Action[] calls =
        [
            () => map.TryUpdate(1, default, default),
            () => map.TryUpdate(1, default, default, TimeSpan.Zero),
            () => map.TryRemove(new KeyValuePair<int, T>(1, default)),
            () => audited.TryUpdate(1, default, default),
            () => audited.TryRemove(new KeyValuePair<int, T>(1, default)),
            () => guarded.TryUpdate(1, default, default),
            () => channel.TryUpdate(1, default, default),
        ];
        Assert.All(calls, static call =>
        {
            NotSupportedException exception = Assert.Throws<NotSupportedException>(call);
            Assert.Contains("Implement the interface", exception.Message, StringComparison.Ordinal);
            Assert.Contains(typeof(T).Name, exception.Message, StringComparison.Ordinal);
        });
        map[1] = default;
        Assert.True(map.TryExchange(1, default, out _)); // what does not compare works
        Assert.Equal(1, map.Count);
    }

#pragma warning disable CS0649, CS0169, CA1823, S1144 // layouts
    /// <summary>Equal by one of its fields.</summary>
    private readonly struct Loose(int key, int rest) : IEquatable<Loose>
    {
        private readonly int _key = key;
        private readonly int _rest = rest;

        public bool Equals(Loose other) => _key == other._key && _rest >= 0;

        public override bool Equals(object? obj) => obj is Loose other && Equals(other);

        public override int GetHashCode() => _key;
    }

    private struct Dense
    {
        public int A;
        public int B;
    }

    private struct Joined
    {
        public ulong First;
        public Dense Middle;
        public uint Last;
        public short A;
        public byte B;
        public bool C;
    }

    [InlineArray(3)]
    private struct InlineLongs
    {
        private long _first;
    }

    private struct Nested
    {
        public long Before;
        public InlineLongs Array;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Packed
    {
        public byte A;
        public long B;
    }

    [StructLayout(LayoutKind.Explicit)]
    private struct Union
    {
        [FieldOffset(0)]
        public ulong Whole;
        [FieldOffset(4)]
        public uint High;
    }

    private struct Floating
    {
        public double Number;
    }

    private struct Padded
    {
        public byte A;
        public long B;
    }

    private struct PaddedAtTheEnd
    {
        public long A;
        public byte B;
    }

    private struct NestedPadding
    {
        public Padded A;
        public long B;
    }

    [StructLayout(LayoutKind.Explicit)]
    private struct UnionWithHole
    {
        [FieldOffset(0)]
        public byte A;
        [FieldOffset(4)]
        public uint B;
    }

    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private struct SizedWithoutFields
    {
        public int A;
    }

#pragma warning disable CA1066, CA2231, MA0077 // what is tested
    private struct Overriding
    {
        public int A;

        public override readonly bool Equals(object? obj) => obj is Overriding other && A == other.A;

        public override readonly int GetHashCode() => A;
    }
#pragma warning restore CA1066, CA2231, MA0077
#pragma warning restore CS0649, CS0169, CA1823, S1144
}
