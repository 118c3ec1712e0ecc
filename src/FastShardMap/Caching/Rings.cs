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
        side->SmallPops += side->SmallCount;
        side->MainPops += side->MainCount;
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
        ThrowIfFull(side->SmallCount, side->SmallRoom);
        side->Small[Wrap((ulong)side->SmallHead + side->SmallCount, side->SmallRoom)] = position.Word;
        side->SmallCount++;
    }

    public static void PushMain(CacheSide* side, SlotPosition position)
    {
        ThrowIfFull(side->MainCount, side->MainRoom);
        side->Main[Wrap((ulong)side->MainHead + side->MainCount, side->MainRoom)] = position.Word;
        side->MainCount++;
    }

    public static SlotPosition PeekSmall(CacheSide* side) => new(side->Small[side->SmallHead]);

    public static SlotPosition PeekMain(CacheSide* side) => new(side->Main[side->MainHead]);

    public static void PopSmall(CacheSide* side)
    {
        side->SmallHead = Wrap((ulong)side->SmallHead + 1, side->SmallRoom);
        side->SmallCount--;
        side->SmallPops++;
    }

    public static void PopMain(CacheSide* side)
    {
        side->MainHead = Wrap((ulong)side->MainHead + 1, side->MainRoom);
        side->MainCount--;
        side->MainPops++;
    }

    /// <summary>Copies the next positions of a ring, the oldest first. A place is identified by the number of places
    /// that the ring has had before it, so a copy can go on in a later hold of the lock.</summary>
    /// <param name="side">The rings.</param>
    /// <param name="isMain">Whether to copy the main ring, and not the small one.</param>
    /// <param name="place">The first place to copy; receives the one after the last that was copied.</param>
    /// <param name="destination">Receives the positions.</param>
    /// <param name="left">Receives the number of positions behind these.</param>
    /// <returns>The number of positions copied.</returns>
    public static int Copy(CacheSide* side, bool isMain, ref ulong place, Span<uint> destination, out ulong left)
    {
        uint* ring = isMain ? side->Main : side->Small;
        uint room = isMain ? side->MainRoom : side->SmallRoom;
        ulong first = isMain ? side->MainPops : side->SmallPops;
        ulong end = first + (isMain ? side->MainCount : side->SmallCount);
        place = Math.Max(place, first); // what has left the ring meanwhile is at its end, or gone
        uint start = Wrap((isMain ? side->MainHead : side->SmallHead) + (place - first), room);
        uint count = (uint)Math.Min(end - place, (ulong)destination.Length);
        uint untilEnd = Math.Min(count, room - start);
        new ReadOnlySpan<uint>(ring + start, (int)untilEnd).CopyTo(destination);
        new ReadOnlySpan<uint>(ring, (int)(count - untilEnd)).CopyTo(destination[(int)untilEnd..]);
        place += count;
        left = end - place;
        return (int)count;
    }

    // In Release builds too: beyond the end of a ring is other memory of the cache.
    private static void ThrowIfFull(uint count, uint room)
    {
        if (count >= room)
        {
            throw new InvalidOperationException("A ring of the cache is full.");
        }
    }

    private static uint Wrap(ulong index, uint room) => (uint)(index >= room ? index - room : index);
}
