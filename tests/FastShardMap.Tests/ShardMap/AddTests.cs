using FastShardMap.Tests.Support;

namespace FastShardMap.Tests;

/// <summary>
/// Add inserts and refuses a present key, as everywhere in .NET; AddDelta and Increment do arithmetic.
/// </summary>
public class AddTests
{
    [Fact]
    public void Add_PresentKey_IsRefusedAndChangesNothing()
    {
        using ShardMap<int, long> map = new();
        map.Add(1, 5);
        ArgumentException exception = Assert.Throws<ArgumentException>(() => map.Add(1, 6));
        Assert.Equal("key", exception.ParamName);
        Assert.Contains("'1'", exception.Message, StringComparison.Ordinal);
        Assert.Equal(5, map[1]);
        Assert.Equal(1, map.Count);
    }

    [Fact]
    public void Initializer_DuplicateKey_Throws()
    {
        using ShardMap<int, long> map = new() { { 1, 5 }, { 2, 6 } };
        Assert.Equal([new(1, 5), new(2, 6)], map.ToArray().OrderBy(entry => entry.Key));
        Assert.Throws<ArgumentException>(static () =>
        {
            using ShardMap<int, long> twice = new() { { 1, 5 }, { 1, 5 } };
        });
    }

    [Fact]
    public void Add_InAnExclusivePhase_RefusesAPresentKey()
    {
        using ShardMap<int, long> map = new();
        using ShardMapExclusive<int, long, DefaultHasher<int>> phase = map.EnterExclusive();
        phase.Add(1, 5);
        Assert.Throws<ArgumentException>("key", () => phase.Add(1, 6));
        Assert.Equal(5, phase[1]);
    }

    [Fact]
    public void Add_Audited_RecordsAdditionAndRefusal()
    {
        using ShardMap<int, long> map = new();
        using AuditedShardMap<int, long, DefaultHasher<int>> audited = new(map);
        audited.Add(1, 5);
        Assert.Throws<ArgumentException>("key", () => audited.Add(1, 6));
        Assert.Equal(5, map[1]);
        Assert.Equal(1, audited.GetCount(AuditOperation.Add));
        Assert.Equal(1, audited.GetCount(AuditOperation.Refused));
    }

    /// <summary>Most of the test is that it compiles: the arguments are constants and narrower numbers.</summary>
    [Fact]
    public void Counting_ArgumentsThatConvert_CompileAndCount()
    {
        short narrow = 42;
        byte narrower = 42;
        uint middle = 42;
        Counts<ulong, ulong>(
            static map => map.Increment(42),
            map => map.Increment(middle),
            map => map.Increment(narrower),
            static map => map.AddDelta(42, 3),
            map => map.AddDelta(middle, 3));
        Counts<ulong, short>(
            static map => map.Increment(42),
            static map => map.Increment(42UL),
            map => map.AddDelta(narrower, narrower),
            static map => map.AddDelta(42UL, 3));
        Counts<uint, uint>(
            static map => map.Increment(42), map => map.Increment(middle), map => map.AddDelta(narrower, 3));
        Counts<long, double>(
            static map => map.Increment(42),
            map => map.Increment(narrow),
            static map => map.AddDelta(42, 3),
            map => map.AddDelta(narrow, 3f));
        Counts<int, decimal>(
            static map => map.Increment(42),
            map => map.Increment(narrow),
            static map => map.AddDelta(42, 3),
            static map => map.AddDelta('*', 3));
        Counts<short, ulong>(
            static map => map.Increment(42),
            map => map.Increment(narrow),
            static map => map.AddDelta(42, 3),
            map => map.AddDelta(narrower, 3));
        Counts<ushort, byte>(
            static map => map.Increment(42), map => map.Increment(narrower), static map => map.AddDelta(42, 3));
        Counts<sbyte, sbyte>(static map => map.Increment(42), static map => map.AddDelta(42, 3));
        Counts<nuint, nuint>(
            static map => map.Increment(42), map => map.Increment(middle), static map => map.AddDelta(42, 3));
        Counts<Int128, UInt128>(
            static map => map.Increment(42), static map => map.Increment(42L), static map => map.AddDelta(42, 3U));
        Counts<EnumKey<DayOfWeek>, ulong>(
            static map => map.Increment(DayOfWeek.Friday),
            static map => map.AddDelta(DayOfWeek.Friday, 3),
            static map => map.AddDelta(DayOfWeek.Friday, 3UL));
    }

    [Fact]
    public void Counting_ArgumentsThatConvert_AllocatesNothing()
    {
        using ShardMap<ulong, ulong> map = new();
        map.AddDelta(42, map.Increment(42));
        Allocation.AssertNone(() => map.AddDelta(42, map.Increment(42)));
    }

    private static void Counts<TKey, TValue>(params Func<ShardMap<TKey, TValue>, TValue>[] calls)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged, System.Numerics.INumber<TValue>
    {
        using ShardMap<TKey, TValue> map = new();
        foreach (Func<ShardMap<TKey, TValue>, TValue> call in calls)
        {
            TValue sum = call(map);
            Assert.True(sum > TValue.Zero);
            KeyValuePair<TKey, TValue> entry = Assert.Single(map.ToArray());
            Assert.Equal(sum, entry.Value);
        }
    }
}
