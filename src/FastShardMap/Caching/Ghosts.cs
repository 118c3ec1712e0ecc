using FastShardMap.Layout;

namespace FastShardMap.Caching;

/// <summary>What a shard remembers of the entries that it has evicted: a fingerprint of each, for about as many
/// evictions as the shard has entries. The caller owns the shard's lock.</summary>
internal static unsafe class Ghosts
{
    /// <summary>Removes the ghost of a key.</summary>
    /// <returns><see langword="false"/> if there is none.</returns>
    public static bool TryTake(CacheSide* side, ulong hash, out bool wasInMain, out uint age)
    {
        ushort* row = RowOf(side, hash, out uint fingerprint);
        for (int index = 0; index < CacheSide.GhostsPerRow; index++)
        {
            GhostWord ghost = new(row[index]);
            if (!ghost.IsNone && ghost.Fingerprint == fingerprint && ghost.Age(side->Epoch) <= GhostWord.MaxAge)
            {
                row[index] = 0;
                wasInMain = ghost.WasInMain;
                age = ghost.Age(side->Epoch);
                return true;
            }
        }

        wasInMain = false;
        age = 0;
        return false;
    }

    /// <summary>Adds the ghost of an evicted entry, in the place of the oldest of its row.</summary>
    public static void Add(CacheSide* side, ulong hash, bool wasInMain)
    {
        if (++side->EpochEvictions >= side->EpochLength)
        {
            side->EpochEvictions = 0;
            side->Epoch = GhostWord.Next(side->Epoch);
        }

        ushort* row = RowOf(side, hash, out uint fingerprint);
        int oldest = 0;
        uint oldestAge = 0;
        for (int index = 0; index < CacheSide.GhostsPerRow; index++)
        {
            GhostWord ghost = new(row[index]);
            uint age = ghost.IsNone ? GhostWord.Epochs : ghost.Age(side->Epoch);
            if (age >= oldestAge)
            {
                (oldest, oldestAge) = (index, age);
            }
        }

        row[oldest] = GhostWord.Create(fingerprint, wasInMain, side->Epoch).Word;
    }

    /// <summary>Forgets all ghosts.</summary>
    public static void Reset(CacheSide* side)
    {
        new Span<ushort>(side->Ghosts, checked((int)side->GhostRows * CacheSide.GhostsPerRow)).Clear();
        side->EpochEvictions = 0;
        side->Epoch = 1;
    }

    private static ushort* RowOf(CacheSide* side, ulong hash, out uint fingerprint) =>
        side->Ghosts + (GhostWord.RowOf(hash, side->GhostRows, out fingerprint) * (ulong)CacheSide.GhostsPerRow);
}
