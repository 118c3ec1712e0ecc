using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Tests.Workloads;

/// <summary>The measured loops do the work they are named after, in every map.</summary>
public abstract class MapLoopsTests<TMap>
    where TMap : struct, IMapUnderTest<TMap, ulong, ulong>
{
    private static readonly ulong[] Keys = KeyStreams.Distinct(first: 0, 5_000);
    private static readonly ulong[] Others = KeyStreams.Distinct(first: 5_000, 5_000);

    [Theory]
    [InlineData(0)]
    [InlineData(5_000)]
    [InlineData(70_000)]
    public void Fill_DistinctKeys_AddsEachOnce(int capacity)
    {
        using TMap map = TMap.Create(new MapSettings(Capacity: capacity));
        Assert.Equal(5_000UL, MapLoops.Fill(map, Keys));
        Assert.Equal(0UL, MapLoops.Fill(map, Keys));
        Assert.Equal(5_000, map.Count);
    }

    [Fact]
    public void Lookup_HitsAndMisses_SumsTheValuesOfTheHits()
    {
        using TMap map = Filled();
        Assert.Equal(SumOfValues(Keys), MapLoops.Lookup(map, Keys));
        Assert.Equal(0UL, MapLoops.Lookup(map, Others));
    }

    [Fact]
    public void DependentLookup_Hits_AnswersAsIndependentOnes()
    {
        using TMap map = Filled();
        Assert.Equal(MapLoops.Lookup(map, Keys), MapLoops.DependentLookup(map, Keys, Sink.Zero));
    }

    [Fact]
    public void Overwrite_ExistingKeys_KeepsCountAndValues()
    {
        using TMap map = Filled();
        map.Store(Keys[0], 1);
        MapLoops.Overwrite(map, Keys);
        Assert.Equal(5_000, map.Count);
        Assert.Equal(SumOfValues(Keys), MapLoops.Lookup(map, Keys));
    }

    [Fact]
    public void ReadThenOverwrite_ExistingKeys_ReadsEverySecondKey()
    {
        using TMap map = Filled();
        ulong[] read = [.. Keys.Where((_, index) => index % 2 == 0)];
        Assert.Equal(SumOfValues(read), MapLoops.ReadThenOverwrite(map, Keys));
    }

    [Fact]
    public void MostlyRead_ExistingKeys_WritesOneInTwenty()
    {
        using TMap map = Filled();
        ulong[] read = [.. Keys.Where((_, index) => index % 20 != 19)];
        ulong[] written = [.. Keys.Where((_, index) => index % 20 == 19)];
        Assert.Equal(250, written.Length);
        foreach (ulong key in written)
        {
            map.Store(key, 0);
        }

        Assert.Equal(SumOfValues(read), WriteLoops<TMap, ulong, ulong, WordEntry>.MostlyRead(map, Keys));
        Assert.Equal(SumOfValues(Keys), MapLoops.Lookup(map, Keys));
    }

    [Fact]
    public void Churn_NewKeys_ReplacesAll()
    {
        using TMap map = Filled();
        Assert.Equal(10_000UL, MapLoops.Churn(map, Keys, Others));
        Assert.Equal(5_000, map.Count);
        Assert.Equal(0UL, MapLoops.Lookup(map, Keys));
        Assert.Equal(SumOfValues(Others), MapLoops.Lookup(map, Others));
    }

    [Fact]
    public void Change_TwiceInPlace_RestoresEveryValue()
    {
        using TMap map = Filled();
        Assert.Equal(5_000UL, MapLoops.Change(map, Keys));
        Assert.Equal(Keys.Aggregate(0UL, (sum, key) => sum + key), MapLoops.Lookup(map, Keys));
        Assert.Equal(5_000UL, MapLoops.Change(map, Keys));
        Assert.Equal(SumOfValues(Keys), MapLoops.Lookup(map, Keys));
        Assert.Equal(0UL, MapLoops.Change(map, Others));
    }

    [Fact]
    public void Remove_HitsAndMisses_RemovesTheHits()
    {
        using TMap map = Filled();
        Assert.Equal(0UL, MapLoops.Remove(map, Others));
        Assert.Equal(5_000UL, MapLoops.Remove(map, Keys));
        map.Trim();
        Assert.Equal(0, map.Count);
    }

    [Fact]
    public void Enumerate_Filled_MeetsEveryPairOnce()
    {
        using TMap map = TMap.CreateFilled<WordEntry>(Keys, default);
        Assert.Equal(SumOfValues(Keys), map.Sum<WordEntry>());
        Assert.Equal(Keys.Order(), map.ToArray().Select(pair => pair.Key).Order());
    }

    [Fact]
    public void GetOrAdd_OldAndNewKeys_AddsTheNewOnes()
    {
        using TMap map = Filled();
        Assert.Equal(SumOfValues(Keys), MapLoops.GetOrAdd(map, Keys));
        Assert.Equal(SumOfValues(Others), MapLoops.GetOrAdd(map, Others));
        Assert.Equal(10_000, map.Count);
    }

    [Fact]
    public void TimedFill_DistinctKeys_RecordsEachInsert()
    {
        using TMap map = TMap.Create(default);
        LatencyHistogram latencies = new();
        Assert.Equal(5_000UL, TimedLoops.Fill(map, Keys, latencies));
        Assert.Equal(5_000, latencies.Count);
    }

    protected static TMap Filled()
    {
        TMap map = TMap.Create(default);
        MapLoops.Fill(map, Keys);
        return map;
    }

    protected static ulong SumOfValues(ulong[] keys) => keys.Aggregate(0UL, (sum, key) => sum + MapLoops.ValueOf(key));

    protected static void CheckBatches<TBatched>(TBatched map, int batch)
        where TBatched : struct, IMapUnderTest<TBatched, ulong, ulong>, IBatchedMap<ulong, ulong>
    {
        MapLoops.Fill(map, Keys);
        ulong[] mixed = [.. Keys, .. Others];
        KeyStreams.Shuffle<ulong>(mixed, seed: 1);
        Assert.Equal(SumOfValues(Keys), MapLoops.BatchedLookup(map, mixed, new ulong[batch], new bool[batch]));
    }
}
