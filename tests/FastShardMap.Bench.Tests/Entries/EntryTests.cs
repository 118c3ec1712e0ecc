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
        using var ours = ShardMapAdapter<TKey, TValue>.CreateFilled<TEntry>(Keys, default);
        using var theirs = DictionaryMap<TKey, TValue>.CreateFilled<TEntry>(Keys, default);
        ulong expected = ReadLoops<DictionaryMap<TKey, TValue>, TKey, TValue, TEntry>.Lookup(theirs, Keys);
        Assert.Equal(expected, ReadLoops<ShardMapAdapter<TKey, TValue>, TKey, TValue, TEntry>.Lookup(ours, Keys));
        Assert.Equal(expected, ours.Sum<TEntry>());
    }
}

public sealed class WordEntryTests : EntryTests<ulong, ulong, WordEntry>;

public sealed class GuidEntryTests : EntryTests<Guid, GuidEntry.Value, GuidEntry>;

public sealed class LineEntryTests : EntryTests<ulong, LineEntry.Value, LineEntry>;

public sealed class RecordEntryTests : EntryTests<ulong, RecordEntry.Value, RecordEntry>;
