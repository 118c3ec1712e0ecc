using System.Diagnostics;
using FastShardMap.Layout;

namespace FastShardMap.Caching;

/// <summary>The two rings of a shard: queues of slot positions. The caller owns the shard's lock.</summary>
internal static unsafe class Rings
{
    /// <summary>The share of the shard's entries that the small ring starts with, as 1 / 10.</summary>
    private const uint StartShare = 10;

    /// <summary>The least share, as 1 / 50.</summary>
    private const uint LeastShare = 50;

    /// <summary>The target is counted in halves of an entry.</summary>
    private const uint HalvesPerEntry = 2;

    /// <summary>Whether the small ring has as many entries as it should have, or more.</summary>
    public static bool IsSmallFull(CacheSide* side) => side->SmallCount * HalvesPerEntry >= side->SmallTarget;

    /// <summary>Empties both rings.</summary>
    public static void Reset(CacheSide* side)
    {
        side->SmallHead = side->SmallCount = 0;
        side->MainHead = side->MainCount = 0;
        side->SmallTarget = StartTarget(side);
    }

    /// <summary>Moves the share of the small ring after an entry was added that had been evicted before.</summary>
    /// <remarks>An entry that left the small ring a moment ago would have been hit in a larger one. An entry that left
    /// the main ring would have been hit if the small one had left it more room.</remarks>
    public static void Adapt(CacheSide* side, bool wasInMain, uint age)
    {
        uint start = StartTarget(side);
        if (wasInMain)
        {
            uint least = Math.Max(HalvesPerEntry, (uint)(side->Limit * HalvesPerEntry / LeastShare));
            side->SmallTarget = Math.Max(least, side->SmallTarget - Math.Min(side->SmallTarget, HalvesPerEntry));
        }
        else if (age <= 1)
        {
            uint most = Math.Max(HalvesPerEntry, (uint)side->Limit); // half of the entries, in halves
            side->SmallTarget = Math.Min(most, side->SmallTarget + HalvesPerEntry);
        }
        else if (side->SmallTarget > start)
        {
            side->SmallTarget--;
        }
    }

    public static uint StartTarget(CacheSide* side) =>
        Math.Max(HalvesPerEntry, (uint)(side->Limit * HalvesPerEntry / StartShare));

    public static void PushSmall(CacheSide* side, SlotPosition position)
    {
        Debug.Assert(side->SmallCount < side->SmallRoom, "The small ring is full.");
        side->Small[Wrap((ulong)side->SmallHead + side->SmallCount, side->SmallRoom)] = position.Word;
        side->SmallCount++;
    }

    public static void PushMain(CacheSide* side, SlotPosition position)
    {
        Debug.Assert(side->MainCount < side->MainRoom, "The main ring is full.");
        side->Main[Wrap((ulong)side->MainHead + side->MainCount, side->MainRoom)] = position.Word;
        side->MainCount++;
    }

    public static SlotPosition PeekSmall(CacheSide* side) => new(side->Small[side->SmallHead]);

    public static SlotPosition PeekMain(CacheSide* side) => new(side->Main[side->MainHead]);

    public static void PopSmall(CacheSide* side)
    {
        side->SmallHead = Wrap((ulong)side->SmallHead + 1, side->SmallRoom);
        side->SmallCount--;
    }

    public static void PopMain(CacheSide* side)
    {
        side->MainHead = Wrap((ulong)side->MainHead + 1, side->MainRoom);
        side->MainCount--;
    }

    private static uint Wrap(ulong index, uint room) => (uint)(index >= room ? index - room : index);
}
