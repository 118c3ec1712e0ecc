using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using FastShardMap.Bench.Entries;
using FastShardMap.Bench.Floor;
using FastShardMap.Layout;
using FastShardMap.Probing;
using FastShardMap.Sharding;

namespace FastShardMap.Bench.Layout;

/// <summary>
/// A table with groups of any shape, filled once and then only read, as the map's readers do it
/// (Shard.Read.cs): home group and first equal tag in line, the walk out of line, versions checked.
/// </summary>
/// <remarks>
/// The number of groups is not rounded: every shape holds the same entries at the same load. Homes are therefore those
/// of a fractional table (one multiplication). What all shapes share, the read view and its generation, is left out.
/// </remarks>
internal sealed unsafe class LayoutTable<TShape, TKey, TValue, TEntry> : ILayoutTable
    where TShape : struct, IShape
    where TKey : unmanaged, IEquatable<TKey>
    where TValue : unmanaged
    where TEntry : struct, IEntry<TKey, TValue>
{
    // Any mixed numbers: the same in every run, so every run measures the same tables.
    private static readonly HashSeed Seed = new(0x9E3779B97F4A7C15, 0xD1B54A32D192ED03);

    private readonly NativePages _pages;
    private readonly ulong _groups;
    private readonly int _entries;
    private int _pastHome;

    /// <param name="entries">How many entries: those of <see cref="LayoutKeys.NumberAt"/> 0 to entries − 1.</param>
    /// <param name="load">Entries a slot, above 0 and below 1.</param>
    public LayoutTable(int entries, double load)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(entries, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(load, 1);
        if (GroupShape.HeaderBytes + (TShape.Slots * SlotBytes) > TShape.StrideBytes)
        {
            throw new InvalidOperationException($"{TShape.Slots} slots do not fit into {TShape.StrideBytes} bytes.");
        }

        _entries = entries;
        _groups = (ulong)Math.Ceiling(entries / (load * TShape.Slots));
        _pages = new NativePages((long)_groups * TShape.StrideBytes, huge: false);
        for (int i = 0; i < entries; i++)
        {
            Insert(TEntry.KeyOf(LayoutKeys.NumberAt(i)));
        }
    }

    public double BytesPerEntry => (double)_groups * TShape.StrideBytes / _entries;

    public double PastHome => (double)_pastHome / _entries;

    private static int SlotBytes => sizeof(TKey) + sizeof(TValue);

    public void Dispose() => _pages.Dispose();

    public ulong Lookup(ReadOnlySpan<uint> numbers)
    {
        byte* block = _pages.Address;
        ulong groups = _groups;
        HashSeed seed = Seed;
        ulong sum = 0;
        foreach (uint number in numbers)
        {
            TKey key = TEntry.KeyOf(number);
            sum += TryRead(block, groups, seed, key, out TValue value) ? TEntry.Fold(value) : 1;
        }

        GC.KeepAlive(this);
        return sum;
    }

    public ulong DependentLookup(ReadOnlySpan<uint> numbers, ulong zero)
    {
        byte* block = _pages.Address;
        ulong groups = _groups;
        HashSeed seed = Seed;
        ulong sum = 0;
        ulong last = 0;
        foreach (uint number in numbers)
        {
            TKey key = TEntry.Turn(TEntry.KeyOf(number), last & zero);
            last = TryRead(block, groups, seed, key, out TValue value) ? TEntry.Fold(value) : 1;
            sum += last;
        }

        GC.KeepAlive(this);
        return sum;
    }

    public int CountFound(ReadOnlySpan<uint> numbers)
    {
        int found = 0;
        foreach (uint number in numbers)
        {
            TKey key = TEntry.KeyOf(number);
            bool isRight = TryRead(_pages.Address, _groups, Seed, key, out TValue value) &&
                TEntry.Fold(value) == TEntry.Fold(TEntry.ValueOf(key));
            found += isRight ? 1 : 0;
        }

        GC.KeepAlive(this);
        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryRead(byte* block, ulong groups, HashSeed seed, TKey key, out TValue value)
    {
        ulong hash = default(DefaultHasher<TKey>).Hash(key, seed);
        Group* group = (Group*)(block + (Home(hash, groups) * (uint)TShape.StrideBytes));
        VersionWord version = GroupVersion.BeginRead(group);
        if (version.IsStable)
        {
            ulong match = ControlGroups.Match(GroupVersion.ReadControl(group), HashBits.Tag(hash));
            if (match != 0)
            {
                byte* slot = SlotAt(group, match);
                TKey candidate = *(TKey*)slot;
                TValue copy = *(TValue*)(slot + sizeof(TKey));
                if (GroupVersion.Validate(group, version) && key.Equals(candidate))
                {
                    value = copy;
                    return true;
                }
            }
            else if (ControlWord.OverflowCount(GroupVersion.ReadControl(group)) == 0)
            {
                value = default;
                return false;
            }
        }

        return Walk(block, groups, hash, key, out value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Walk(byte* block, ulong groups, ulong hash, TKey key, out TValue value)
    {
        uint tag = HashBits.Tag(hash);
        ulong index = Home(hash, groups);
        for (ulong step = 0; step < groups; step++)
        {
            Group* group = (Group*)(block + (index * (uint)TShape.StrideBytes));
            VersionWord version = GroupVersion.BeginRead(group);
            ulong control = GroupVersion.ReadControl(group);
            for (ulong match = ControlGroups.Match(control, tag); match != 0; match = ControlGroups.ClearLowest(match))
            {
                byte* slot = SlotAt(group, match);
                TKey candidate = *(TKey*)slot;
                TValue copy = *(TValue*)(slot + sizeof(TKey));
                if (GroupVersion.Validate(group, version) && key.Equals(candidate))
                {
                    value = copy;
                    return true;
                }
            }

            if (ControlWord.OverflowCount(control) == 0)
            {
                break;
            }

            index = index + 1 == groups ? 0 : index + 1;
        }

        value = default;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* SlotAt(Group* group, ulong match) =>
        (byte*)group + GroupShape.HeaderBytes + ControlGroups.LowestSlotOffset(match, SlotBytes);

    // As TableRef does it: without the low half, which Math.BigMul passes through the stack.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Home(ulong hash, ulong groups) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(hash, groups) : Math.BigMul(hash, groups, out _);

    // Safety: load < 1, so a slot is free and the walk ends.
    private void Insert(TKey key)
    {
        ulong hash = default(DefaultHasher<TKey>).Hash(key, Seed);
        ulong home = Home(hash, _groups);
        ulong index = home;
        while (true)
        {
            Group* group = (Group*)(_pages.Address + (index * (uint)TShape.StrideBytes));
            ulong free = ControlGroups.MatchEmpty(group->Control, TShape.Slots);
            if (free != 0)
            {
                byte* slot = SlotAt(group, free);
                *(TKey*)slot = key;
                *(TValue*)(slot + sizeof(TKey)) = TEntry.ValueOf(key);
                group->Control = ControlWord.WithTag(
                    group->Control, ControlGroups.LowestSlot(free), (byte)HashBits.Tag(hash));
                _pastHome += index == home ? 0 : 1;
                return;
            }

            group->Control = ControlWord.IncrementOverflow(group->Control);
            index = index + 1 == _groups ? 0 : index + 1;
        }
    }
}
