using Map = FastShardMap.ShardMap<ulong, ulong>;

namespace FastShardMap.Tests;

/// <summary>What each member does, present and absent keys; run over maps built in different ways.</summary>
public abstract class OperationsContract : IDisposable
{
    private const ulong Present = 3;
    private const ulong Absent = 1_000_003;
    private readonly Map _map;

    /// <param name="options">How the maps are built.</param>
    /// <param name="others">Entries besides the one under test.</param>
    protected OperationsContract(ShardMapOptions options, int others)
    {
        _map = new Map(options);
        for (ulong key = 100; key < 100 + (ulong)others; key++)
        {
            _map[key] = key;
        }

        _map[Present] = 42;
    }

    public void Dispose()
    {
        Assert.Empty(_map.Shards.FindViolations());
        _map.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Indexer_GetAndSet_WorkOrThrowKeyNotFound()
    {
        Assert.Equal(42UL, _map[Present]);
        _map[Present] = 43;
        Assert.Equal(43UL, _map[Present]);
        Assert.Contains(
            "1000003", Assert.Throws<KeyNotFoundException>(() => _map[Absent]).Message, StringComparison.Ordinal);
        _map[Absent] = 7;
        Assert.Equal(7UL, _map[Absent]);
    }

    [Fact]
    public void TryGetValue_PresentAndAbsent_Answers()
    {
        Assert.True(_map.TryGetValue(Present, out ulong value));
        Assert.Equal(42UL, value);
        Assert.False(_map.TryGetValue(Absent, out value));
        Assert.Equal(0UL, value);
        Assert.True(_map.ContainsKey(Present));
        Assert.False(_map.ContainsKey(Absent));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(100)]
    public void TryGetValues_MixedKeys_AnswersEach(int length)
    {
        ulong[] keys = Enumerable.Range(0, length).Select(i => i % 3 == 0 ? Present : (ulong)(100 + (i * 7))).ToArray();
        ulong[] values = Enumerable.Repeat(999UL, length + 2).ToArray();
        bool[] found = new bool[length + 2];
        int hits = _map.TryGetValues(keys, values, found);
        Assert.Equal(keys.Count(_map.ContainsKey), hits);
        for (int i = 0; i < length; i++)
        {
            Assert.Equal(_map.TryGetValue(keys[i], out ulong expected), found[i]);
            Assert.Equal(expected, values[i]);
        }

        Assert.Equal([999UL, 999UL], values[length..]);
    }

    [Fact]
    public void TryAdd_PresentAndAbsent_AddsTheAbsentOnly()
    {
        long count = _map.Count;
        Assert.False(_map.TryAdd(Present, 1));
        Assert.Equal(42UL, _map[Present]);
        Assert.True(_map.TryAdd(Absent, 2));
        Assert.Equal(2UL, _map[Absent]);
        Assert.Equal(count + 1, _map.Count);
    }

    [Fact]
    public void TryUpdate_Compare_ReplacesEqualValuesOnly()
    {
        Assert.False(_map.TryUpdate(Present, 1, 41));
        Assert.Equal(42UL, _map[Present]);
        Assert.True(_map.TryUpdate(Present, 1, 42));
        Assert.Equal(1UL, _map[Present]);
        Assert.False(_map.TryUpdate(Absent, 1, 0));
        Assert.False(_map.ContainsKey(Absent));
    }

    [Fact]
    public void TryExchange_PresentAndAbsent_SwapsThePresentOnly()
    {
        Assert.True(_map.TryExchange(Present, 5, out ulong old));
        Assert.Equal(42UL, old);
        Assert.Equal(5UL, _map[Present]);
        Assert.False(_map.TryExchange(Absent, 5, out old));
        Assert.Equal(0UL, old);
        Assert.False(_map.ContainsKey(Absent));
    }

    [Fact]
    public void TryRemove_PresentAndAbsent_RemovesThePresent()
    {
        long count = _map.Count;
        Assert.False(_map.TryRemove(Absent, out ulong value));
        Assert.Equal(0UL, value);
        Assert.True(_map.TryRemove(Present, out value));
        Assert.Equal(42UL, value);
        Assert.False(_map.TryRemove(Present, out _));
        Assert.Equal(count - 1, _map.Count);
    }

    [Fact]
    public void TryRemove_Pair_RemovesEqualValuesOnly()
    {
        Assert.False(_map.TryRemove(KeyValuePair.Create(Present, 41UL)));
        Assert.True(_map.ContainsKey(Present));
        Assert.False(_map.TryRemove(KeyValuePair.Create(Absent, 0UL)));
        Assert.True(_map.TryRemove(KeyValuePair.Create(Present, 42UL)));
        Assert.False(_map.ContainsKey(Present));
    }

    [Fact]
    public void GetOrAdd_AllForms_CallFactoriesForAbsentKeysOnly()
    {
        Assert.Equal(42UL, _map.GetOrAdd(Present, 9));
        Assert.Equal(9UL, _map.GetOrAdd(Absent, 9));
        Assert.Equal(42UL, _map.GetOrAdd(Present, static _ => throw new InvalidOperationException("called")));
        Assert.Equal(Absent + 2, _map.GetOrAdd(Absent + 1, static key => key + 1));
        Assert.Equal(42UL, _map.GetOrAdd(Present, static (_, _) => throw new InvalidOperationException("called"), 1));
        Assert.Equal(Absent + 12, _map.GetOrAdd(Absent + 2, static (key, arg) => key + arg, 10UL));
        Assert.Equal(Absent + 12, _map[Absent + 2]);
    }

    [Fact]
    public void AddOrUpdate_AllForms_AddOrUpdate()
    {
        Assert.Equal(84UL, _map.AddOrUpdate(Present, 1, static (_, value) => value * 2));
        Assert.Equal(1UL, _map.AddOrUpdate(Absent, 1, static (_, value) => value * 2));
        Assert.Equal(85UL, _map.AddOrUpdate(Present, static _ => 2UL, static (_, value) => value + 1));
        Assert.Equal(2UL, _map.AddOrUpdate(Absent + 1, static _ => 2UL, static (_, value) => value + 1));
        Assert.Equal(
            95UL, _map.AddOrUpdate(Present, static (_, arg) => arg, static (_, value, arg) => value + arg, 10UL));
        Assert.Equal(
            10UL, _map.AddOrUpdate(Absent + 2, static (_, arg) => arg, static (_, value, arg) => value + arg, 10UL));
        Assert.Equal(95UL, _map[Present]);
    }

    [Fact]
    public void TryUpdate_InPlace_ChangesThePresent()
    {
        Assert.True(_map.TryUpdate(Present, static (ref ulong value, ulong arg) => value += arg, 8UL));
        Assert.Equal(50UL, _map[Present]);
        Assert.False(_map.TryUpdate(Absent, static (ref ulong value, ulong arg) => value += arg, 8UL));
        Assert.False(_map.ContainsKey(Absent));
    }

    [Fact]
    public void TryUpdateOrRemove_KeepAndDrop_DoesWhatIsSaid()
    {
        Assert.True(_map.TryUpdateOrRemove(Present, static (ref ulong value, bool keep) =>
        {
            value++;
            return keep;
        }, true));
        Assert.Equal(43UL, _map[Present]);
        Assert.True(_map.TryUpdateOrRemove(Present, static (ref ulong _, bool keep) => keep, false));
        Assert.False(_map.ContainsKey(Present));
        Assert.False(_map.TryUpdateOrRemove(Absent, static (ref ulong _, bool keep) => keep, false));
    }

    [Fact]
    public void AddDelta_Numbers_CountFromZero()
    {
        Assert.Equal(45UL, _map.AddDelta(Present, 3UL));
        Assert.Equal(5UL, _map.AddDelta(Absent, 5UL));
        Assert.Equal(6UL, _map.Increment(Absent));
        Assert.Equal(1UL, _map.Increment(Absent + 1));
        Assert.Equal(6UL, _map[Absent]);
    }

    [Fact]
    public void Clear_Entries_AreGone()
    {
        _map.Clear();
        Assert.Equal(0, _map.Count);
        Assert.True(_map.IsEmpty);
        Assert.False(_map.ContainsKey(Present));
        Assert.Empty(_map);
        Assert.Empty(_map.ToArray());
        _map[Present] = 1;
        Assert.Equal(1, _map.Count);
        _map.Clear();
        _map.Clear();
        Assert.Empty(_map);
    }

    [Fact]
    public void Enumerations_AllForms_AgreeWithEachOther()
    {
        KeyValuePair<ulong, ulong>[] array = _map.ToArray();
        KeyValuePair<ulong, ulong>[] copied = new KeyValuePair<ulong, ulong>[array.Length + 1];
        Assert.Equal(_map.Count, array.Length);
        Assert.Equal(_map.Count, _map.CopyTo(copied));
        Assert.Equal(default, copied[^1]);
        Assert.Distinct(array.Select(entry => entry.Key));
        Assert.All(array, entry => Assert.Equal(_map[entry.Key], entry.Value));
        List<KeyValuePair<ulong, ulong>> enumerated = [];
        foreach (KeyValuePair<ulong, ulong> entry in _map)
        {
            enumerated.Add(entry);
        }

        Assert.Equal(array.OrderBy(entry => entry.Key), enumerated.OrderBy(entry => entry.Key));
        Assert.Equal(array.OrderBy(entry => entry.Key), copied[..^1].OrderBy(entry => entry.Key));
        Assert.Equal(enumerated, _map.Select(entry => entry)); // the boxed enumerator
    }

    [Fact]
    public void Enumerator_ResetAndDisposed_StartsAgainAndEnds()
    {
        Map.Enumerator enumerator = _map.GetEnumerator();
        Assert.Equal(default, enumerator.Current);
        int count = 0;
        while (enumerator.MoveNext())
        {
            count++;
        }

        Assert.False(enumerator.MoveNext());
        Assert.Equal(default, enumerator.Current);
        enumerator.Reset();
        while (enumerator.MoveNext())
        {
            count--;
        }

        Assert.Equal(0, count);
        enumerator.Reset();
        enumerator.MoveNext();
        enumerator.Dispose();
        Assert.False(enumerator.MoveNext());
        Assert.False(default(Map.Enumerator).MoveNext());
    }

    [Fact]
    public void TrimExcessAndEnsureCapacity_InTurn_KeepEverything()
    {
        KeyValuePair<ulong, ulong>[] before = [.. _map.ToArray().OrderBy(entry => entry.Key)];
        foreach (long capacity in new[] { 5_000, 100, 50_000 })
        {
            _map.EnsureCapacity(capacity);
            Assert.InRange(_map.Capacity, capacity, long.MaxValue);
            Assert.Equal(before, _map.ToArray().OrderBy(entry => entry.Key));
            Assert.Empty(_map.Shards.FindViolations());
            _map.TrimExcess();
            Assert.Equal(before, _map.ToArray().OrderBy(entry => entry.Key));
            Assert.Empty(_map.Shards.FindViolations());
        }
    }
}

public sealed class DefaultMapTests() : OperationsContract(new ShardMapOptions(), 500);

public sealed class TinyMapTests()
    : OperationsContract(new ShardMapOptions { ShardCount = 1, MigrationStepGroups = 1 }, 0);

/// <summary>One entry past a full table: every operation meets a migration.</summary>
public sealed class MigratingMapTests()
    : OperationsContract(
        new ShardMapOptions
        {
            ShardCount = 1,
            MigrationStepGroups = 1,
            Seed = new HashSeed(0x1234_5678_9ABC_DEF1, 0xFEDC_BA98_7654_3211),
        },
        768);

public sealed class ManyShardsMapTests()
    : OperationsContract(new ShardMapOptions { ShardCount = ShardMapOptions.MaxShardCount }, 2000);

/// <summary>Large enough for a fractional table.</summary>
public sealed class FractionalMapTests()
    : OperationsContract(new ShardMapOptions { ShardCount = 1, Capacity = 60_000 }, 2000);

public sealed class OptionsMapTests()
    : OperationsContract(
        new ShardMapOptions
        {
            ShardCount = 2,
            Capacity = 300_000,
            HugePages = true,
            Prefault = true,
            BackgroundMigration = true,
        },
        500);
