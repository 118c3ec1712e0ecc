using System.Numerics;
using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Keys;
using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Workloads;

namespace FastShardMap.Bench.Suites;

/// <summary>The reading half of the suites' work, all there is for a map that cannot be written to.</summary>
internal class ReadBody<TMap, TKey, TValue, TEntry> : SuiteBody
    where TMap : struct, IReadableMap<TMap, TKey, TValue>
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where TEntry : struct, IEntry<TKey, TValue>
{
    /// <summary>A stream is too long for a branch predictor's memory, and for large maps past the last cache.</summary>
    private const int ShortestStream = 1 << 17;
    private const int LongestStream = 1 << 21;

    private readonly TKey[] _hits;
    private readonly TKey[] _misses;
    private readonly ulong _zero = Sink.Zero;
    private readonly string? _name;
    private int _position;

    public ReadBody(int size, string? name)
    {
        _name = name;
        int length = Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)size), ShortestStream, LongestStream);
        ulong[] numbers = KeyStreams.Distinct(first: 0, size);
        Keys = Array.ConvertAll(numbers, TEntry.KeyOf);
        _hits = Array.ConvertAll(KeyStreams.Uniform(numbers, length, seed: 1), TEntry.KeyOf);
        ulong[] absent = KeyStreams.Distinct(first: size, size);
        _misses = Array.ConvertAll(KeyStreams.Uniform(absent, length, seed: 2), TEntry.KeyOf);
        Map = TMap.CreateFilled<TEntry>(Keys, new MapSettings(Capacity: size, Name: name));
    }

    protected TKey[] Keys { get; }

    protected TMap Map { get; set; }

    public override ulong Hit() => ReadLoops<TMap, TKey, TValue, TEntry>.Lookup(Map, Next(_hits));

    public override ulong HitDependent() =>
        ReadLoops<TMap, TKey, TValue, TEntry>.DependentLookup(Map, Next(_hits), _zero);

    public override ulong Miss() => ReadLoops<TMap, TKey, TValue, TEntry>.Lookup(Map, Next(_misses));

    public override ulong MissDependent() =>
        ReadLoops<TMap, TKey, TValue, TEntry>.DependentLookup(Map, Next(_misses), _zero);

    public override ulong Batch() => throw Unsupported("batches");

    public override ulong Enumerate() => Map.Sum<TEntry>();

    public override int CopyToArray() => Map.ToArray().Length;

    public override ulong Overwrite() => throw Unsupported("writes");

    public override ulong Change() => throw Unsupported("writes");

    public override ulong GetOrAddExisting() => throw Unsupported("writes");

    public override ulong Churn() => throw Unsupported("writes");

    public override long Fill(bool reserve)
    {
        using TMap map = TMap.CreateFilled<TEntry>(
            Keys, new MapSettings(Capacity: reserve ? Keys.Length : 0, Name: _name));
        return map.Count;
    }

    public override ulong RemoveAll() => throw Unsupported("writes");

    public override void Refill() => throw Unsupported("writes");

    public override void Dispose()
    {
        Map.Dispose();
        GC.SuppressFinalize(this);
    }

    protected ReadOnlySpan<TKey> NextHits() => Next(_hits);

    private ReadOnlySpan<TKey> Next(TKey[] stream)
    {
        _position = (_position + Operations) & (stream.Length - 1);
        return stream.AsSpan(_position, Operations);
    }

    private static NotSupportedException Unsupported(string what) => new($"{TMap.Label} knows no {what}.");
}
