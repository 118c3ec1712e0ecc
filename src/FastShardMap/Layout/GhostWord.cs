namespace FastShardMap.Layout;

/// <summary>
/// What a cache remembers of an entry that it has evicted.
/// <code>
/// 15 … 12 |  11  | 10 … 0
///  epoch  | main | fingerprint
/// </code>
/// Main: the entry was in the main ring. The epoch is 1 to 15; the word 0 is no ghost.
/// </summary>
internal readonly record struct GhostWord(ushort Word)
{
    /// <summary>The number of epochs before they repeat.</summary>
    public const uint Epochs = 15;

    /// <summary>An older ghost is forgotten.</summary>
    public const uint MaxAge = 7;

    private const uint FingerprintMask = (1U << MainShift) - 1;
    private const int MainShift = 11;
    private const int EpochShift = 12;

    public bool IsNone => Word == 0;

    public bool WasInMain => (Word & (1 << MainShift)) != 0;

    public uint Fingerprint => Word & FingerprintMask;

    public static GhostWord Create(uint fingerprint, bool wasInMain, uint epoch) =>
        new((ushort)(fingerprint | (wasInMain ? 1U << MainShift : 0) | (epoch << EpochShift)));

    /// <summary>Returns the epoch that follows.</summary>
    public static uint Next(uint epoch) => epoch == Epochs ? 1 : epoch + 1;

    /// <summary>Returns the number of epochs since the ghost was made.</summary>
    public uint Age(uint epoch) => (epoch + Epochs - ((uint)Word >> EpochShift)) % Epochs;

    /// <summary>Returns bits of a hash for a ghost. Entries of one shard and of one group have many bits of their
    /// hashes in common, so another multiplication mixes all of them.</summary>
    /// <param name="hash">The hash of the key.</param>
    /// <param name="rows">The number of rows to choose from.</param>
    /// <param name="fingerprint">Receives the fingerprint.</param>
    /// <returns>The row.</returns>
    public static uint RowOf(ulong hash, uint rows, out uint fingerprint)
    {
        ulong mixed = (hash ^ (hash >> 32)) * 0x9E37_79B9_7F4A_7C15;
        fingerprint = (uint)(mixed >> 20) & FingerprintMask;
        return (uint)(((mixed >> 32) * rows) >> 32);
    }
}
