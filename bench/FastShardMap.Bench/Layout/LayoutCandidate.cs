using FastShardMap.Bench.Entries;
using FastShardMap.Layout;

namespace FastShardMap.Bench.Layout;

/// <summary>A shape that groups of one slot size could have.</summary>
internal sealed record LayoutCandidate(
    int SlotBytes, int Slots, int StrideBytes, Func<int, double, ILayoutTable> Create)
{
    /// <summary>Every candidate, by slot size: shapes of whole lines, and denser ones that are not.</summary>
    public static readonly LayoutCandidate[] All =
    [
        Of<Slots2In32, uint, uint, HalfEntry>(),
        Of<Slots6In64, uint, uint, HalfEntry>(),
        Of<Slots7In128, uint, uint, HalfEntry>(),
        Of<Slots3In64, ulong, ulong, WordEntry>(),
        Of<Slots5In96, ulong, ulong, WordEntry>(),
        Of<Slots7In128, ulong, ulong, WordEntry>(),
        Of<Slots2In64, ulong, PairEntry.Value, PairEntry>(),
        Of<Slots4In112, ulong, PairEntry.Value, PairEntry>(),
        Of<Slots4In128, ulong, PairEntry.Value, PairEntry>(),
        Of<Slots7In192, ulong, PairEntry.Value, PairEntry>(),
        Of<Slots3In112, ulong, TripleEntry.Value, TripleEntry>(),
        Of<Slots3In128, ulong, TripleEntry.Value, TripleEntry>(),
        Of<Slots7In240, ulong, TripleEntry.Value, TripleEntry>(),
        Of<Slots7In256, ulong, TripleEntry.Value, TripleEntry>(),
        Of<Slots2In192, ulong, Payload<Words7>, PayloadEntry<Words7>>(),
        Of<Slots3In256, ulong, Payload<Words7>, PayloadEntry<Words7>>(),
        Of<Slots7In464, ulong, Payload<Words7>, PayloadEntry<Words7>>(),
        Of<Slots7In512, ulong, Payload<Words7>, PayloadEntry<Words7>>(),
        Of<Slots1In320, ulong, Payload<Words31>, PayloadEntry<Words31>>(),
        Of<Slots2In576, ulong, Payload<Words31>, PayloadEntry<Words31>>(),
        Of<Slots3In832, ulong, Payload<Words31>, PayloadEntry<Words31>>(),
        Of<Slots7In1808, ulong, Payload<Words31>, PayloadEntry<Words31>>(),
        Of<Slots7In1856, ulong, Payload<Words31>, PayloadEntry<Words31>>(),
    ];

    public string Label => $"{Slots} in {StrideBytes}{(IsProduction ? " *" : string.Empty)}";

    /// <summary>Whether the map uses this shape.</summary>
    public bool IsProduction =>
        GroupShape.SlotsOf(SlotBytes) == Slots && GroupShape.StrideOf(SlotBytes) == StrideBytes;

    private static unsafe LayoutCandidate Of<TShape, TKey, TValue, TEntry>()
        where TShape : struct, IShape
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
        where TEntry : struct, IEntry<TKey, TValue> =>
        new(
            sizeof(TKey) + sizeof(TValue),
            TShape.Slots,
            TShape.StrideBytes,
            static (entries, load) => new LayoutTable<TShape, TKey, TValue, TEntry>(entries, load));
}
