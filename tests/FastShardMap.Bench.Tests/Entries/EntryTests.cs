using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Tests.Entries;

/// <summary>Every shape of pair keeps its promises, also when it has been through the shard map.</summary>
public abstract class EntryTests<TKey, TValue, TEntry>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where TEntry : struct, IEntry<TKey, TValue>
{
    private static readonly TKey[] Keys = Array.ConvertAll(KeyStreams.Distinct(first: 0, 1_000), TEntry.KeyOf);

    [Fact]
    public unsafe void Label_IsKeyBytesPlusValueBytes() =>
        Assert.Equal($"{sizeof(TKey)}+{sizeof(TValue)}", TEntry.Label);

    [Fact]
    public void KeyOf_DistinctNumbers_DistinctKeys() => Assert.Equal(Keys.Length, Keys.Distinct().Count());

    /// <summary>Otherwise dictionaries would be compared at their worst.</summary>
    [Fact]
    public void GetHashCode_DistinctKeys_DiffersNearlyAlways() =>
        Assert.InRange(Keys.DistinctBy(static key => key.GetHashCode()).Count(), 990, Keys.Length);

    [Fact]
    public void Turn_WithNoBits_KeepsTheKey()
    {
        Assert.Equal(Keys[0], TEntry.Turn(Keys[0], 0));
        Assert.NotEqual(Keys[0], TEntry.Turn(Keys[0], 1));
    }

    [Fact]
    public void Change_Twice_RestoresTheValue()
    {
        TValue value = TEntry.ValueOf(Keys[0]);
        ulong before = TEntry.Fold(value);
        TEntry.Change(ref value);
        Assert.NotEqual(before, TEntry.Fold(value));
        TEntry.Change(ref value);
        Assert.Equal(before, TEntry.Fold(value));
    }

    [Fact]
    public void Lookup_ThroughTheShardMap_AnswersAsTheDictionary()
    {
        using ShardMapAdapter<TKey, TValue> ours = Filled<ShardMapAdapter<TKey, TValue>>();
        using DictionaryMap<TKey, TValue> theirs = Filled<DictionaryMap<TKey, TValue>>();
        ulong expected = ReadLoops<DictionaryMap<TKey, TValue>, TKey, TValue, TEntry>.Lookup(theirs, Keys);
        Assert.Equal(expected, ReadLoops<ShardMapAdapter<TKey, TValue>, TKey, TValue, TEntry>.Lookup(ours, Keys));
        Assert.Equal(expected, ours.Sum<TEntry>());
    }

    private static TMap Filled<TMap>()
        where TMap : struct, IMapUnderTest<TMap, TKey, TValue> => TMap.CreateFilled<TEntry>(Keys, default);
}

public sealed class WordEntryTests : EntryTests<ulong, ulong, WordEntry>;

public sealed class GuidEntryTests : EntryTests<Guid, GuidEntry.Value, GuidEntry>;

public sealed class LineEntryTests : EntryTests<ulong, Payload<Words7>, PayloadEntry<Words7>>;

public sealed class WideEntryTests : EntryTests<ulong, Payload<Words8>, PayloadEntry<Words8>>;

public sealed class RecordEntryTests : EntryTests<ulong, Payload<Words31>, PayloadEntry<Words31>>;

public sealed class WidestEntryTests : EntryTests<ulong, Payload<Words32>, PayloadEntry<Words32>>;

public sealed class WholeEntryTests : EntryTests<ulong, Payload<Words32>, WholePayloadEntry<Words32>>;

public sealed class GuidPayloadEntryTests : EntryTests<Guid, Payload<Words4>, GuidPayloadEntry<Words4>>;

public class PayloadTests
{
    [Fact]
    public void Equals_AnyWordDiffers_IsFalse()
    {
        Payload<Words7> one = PayloadEntry<Words7>.ValueOf(1);
        Payload<Words7> same = PayloadEntry<Words7>.ValueOf(1);
        Assert.True(one == same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        same.Last++;
        Assert.True(one != same);
        same = one;
        same.First++;
        Assert.False(one.Equals((object)same));
    }
}
