using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastShardMap.Layout;

/// <summary>
/// A reference to a table in one word, which contains its address and its number of groups. With two words, a reader
/// could combine an old address with a new size, and compute an index outside the block (hazard H1).
/// <code>
/// power-of-two table   | base (128-byte aligned)           | 0 | shift |      groups = 2^(63 - shift)
///                       63                               7   6   5…0
/// fractional table     | base (4096-byte aligned) | 16ths  | 1 | shift |      groups = 16ths · 2^(63 - shift) / 16
///                       63                      12  11…7     6   5…0
/// </code>
/// Home groups are in the order of the hash, so a migration fills a doubling table from front to back. Fractional
/// tables serve exact reservations (24 bytes per entry at 10 million entries); they cost one multiplication per lookup.
/// </summary>
internal readonly unsafe struct TableRef : IEquatable<TableRef>
{
    public const int SmallAlignment = 128;
    public const int FractionalAlignment = 4096;
    private const ulong ShiftMask = 63;
    private const ulong FractionalFlag = 64;
    private const int SixteenthsShift = 7;

    /// <summary>Leaves 59 bits of the hash, whose product with the sixteenths fits into a word.</summary>
    private const int FractionalHashShift = 5;

    private readonly ulong _word;

    private TableRef(ulong word) => _word = word;

    /// <summary>No table. This is the previous table of a shard that is not migrating.</summary>
    public static TableRef None => default;

    public bool IsNone => _word == 0;

    public bool IsFractional => (_word & FractionalFlag) != 0;

    public ulong Word => _word;

    /// <summary>The address of the first group.</summary>
    public byte* Base => (byte*)(_word & (IsFractional ? ~(FractionalAlignment - 1UL) : ~(SmallAlignment - 1UL)));

    /// <summary>The number of groups, which bounds every probe sequence.</summary>
    public ulong Groups => Size.Groups;

    public TableSize Size => new(EnclosingLog2, IsFractional ? (int)Sixteenths : 16);

    private int EnclosingLog2 => 63 - (int)(_word & ShiftMask);

    private uint Sixteenths => (uint)(_word >> SixteenthsShift) & 31;

    /// <summary>Creates a reference to a table of <paramref name="size"/> groups at <paramref name="block"/>.</summary>
    public static TableRef Create(byte* block, TableSize size)
    {
        ulong word = (ulong)block | (uint)(63 - size.EnclosingLog2);
        return new TableRef(size.Sixteenths == 16
            ? word
            : word | FractionalFlag | ((ulong)size.Sixteenths << SixteenthsShift));
    }

    public static TableRef FromWord(ulong word) => new(word);

    /// <summary>Returns the index of a hash's home group; monotone in the hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public ulong Home(ulong hash) =>
        IsFractional ? FractionalHome(hash) : (hash >> 1) >> (int)(_word & ShiftMask);

    /// <summary>Returns the address of the home group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k, overwrite-1m
    public byte* HomeGroup(ulong hash, int strideBytes) =>
        IsFractional ? FractionalHomeGroup(hash, strideBytes) : PowerOfTwoHomeGroup(hash, strideBytes);

    /// <summary>Returns the address of the home group in a power-of-two table.</summary>
    // Safety: !IsFractional.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-1k
    public byte* PowerOfTwoHomeGroup(ulong hash, int strideBytes) =>
        (byte*)(_word & ~(SmallAlignment - 1UL)) + (((hash >> 1) >> (int)(_word & ShiftMask)) * (uint)strideBytes);

    /// <summary>Returns the address of the home group in a fractional table.</summary>
    // Safety: IsFractional.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-10m-reserved
    public byte* FractionalHomeGroup(ulong hash, int strideBytes) =>
        (byte*)(_word & ~(FractionalAlignment - 1UL)) + (FractionalHome(hash) * (uint)strideBytes);

    /// <summary>Returns the lowest hash whose home group is <paramref name="groupIndex"/> or later, or 0 if there is
    /// none.</summary>
    public ulong FirstHashOf(ulong groupIndex)
    {
        ulong groups = Groups;
        if (groupIndex >= groups)
        {
            return 0;
        }

        if (!IsFractional)
        {
            return groups == 1 ? 0 : groupIndex << (64 - BitOperations.Log2(groups));
        }

        ulong scaled = groupIndex << (int)(_word & ShiftMask);
        return (scaled + Sixteenths - 1) / Sixteenths << FractionalHashShift;
    }

    public bool Equals(TableRef other) => _word == other._word;

    public override bool Equals(object? obj) => obj is TableRef other && Equals(other);

    public override int GetHashCode() => _word.GetHashCode();

    // Treats the hash as a fraction of 2^59, and multiplies it by sixteenths · 2^(63 - shift) / 16.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // compare: hit-10m-reserved
    private ulong FractionalHome(ulong hash) =>
        ((hash >> FractionalHashShift) * Sixteenths) >> (int)(_word & ShiftMask);
}
