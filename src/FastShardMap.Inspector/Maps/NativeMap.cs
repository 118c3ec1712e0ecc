using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using FastShardMap.Inspector.Rendering;
using FastShardMap.Inspector.Targets;
using FastShardMap.Layout;

namespace FastShardMap.Inspector.Maps;

/// <summary>
/// A map as its native header describes it, read from raw memory. Nothing in it is used before it is checked.
/// </summary>
internal sealed unsafe class NativeMap
{
    private NativeMap(TargetMemory memory, ulong address, in MapHeader header)
    {
        Memory = memory;
        Address = address;
        Header = header;
        fixed (MapHeader* raw = &header)
        {
            KeyType = Name(raw->KeyName, raw->KeyNameBytes);
            ValueType = Name(raw->ValueName, raw->ValueNameBytes);
            HasherType = Name(raw->HasherName, raw->HasherNameBytes);
            UserName = Name(raw->MapName, raw->MapNameBytes);
        }

        Seed = new HashSeed(header.Seed0, header.Seed1);
        KeyHash = Maps.KeyHash.For(KeyType, HasherType, KeyBytes);
    }

    public TargetMemory Memory { get; }

    public ulong Address { get; }

    public MapHeader Header { get; }

    public string KeyType { get; }

    public string ValueType { get; }

    public string HasherType { get; }

    public string UserName { get; }

    public HashSeed Seed { get; }

    /// <summary>How this map hashes keys; null if only its program can do that.</summary>
    public KeyHash? KeyHash { get; }

    public int ShardCount => (int)Header.ShardCount;

    public int KeyBytes => (int)Header.KeyBytes;

    public int SlotsPerGroup => (int)Header.SlotsPerGroup;

    public int StrideBytes => (int)Header.StrideBytes;

    public bool IsDisposed => Header.State != 0;

    /// <summary>Whether this is the map of a ShardCache, whose values carry marks and expiries.</summary>
    public bool IsCache => ValueType.StartsWith(typeof(CacheEntry<>).FullName!, StringComparison.Ordinal);

    public string TypeText => IsCache
        ? $"ShardCache<{TypeNames.Short(KeyType)}, {TypeNames.Short(ValueType)}>"
        : $"ShardMap<{TypeNames.Short(KeyType)}, {TypeNames.Short(ValueType)}>";

    /// <summary>Type, name and address, as part of a line of text.</summary>
    public string Title
    {
        get
        {
            string name = UserName.Length == 0 ? string.Empty : $" '{Printable.Name(UserName)}'";
            return $"{Printable.Name(TypeText)}{name} at {Output.Address(Address)}";
        }
    }

    public string OptionsText => string.Join(", ", new[]
    {
        Header.Options.HasFlag(MapFlags.HugePages) ? "huge pages" : null,
        Header.Options.HasFlag(MapFlags.Prefault) ? "prefault" : null,
        Header.Options.HasFlag(MapFlags.MigratesInBackground) ? "background migration" : null,
    }.Where(option => option is not null));

    /// <summary>Whether a table word refers to the sentinel, which means "no table yet".</summary>
    public TableRef Sentinel => TableRef.Create((byte*)Header.Sentinel, TableSize.PowerOfTwo(0));

    /// <summary>Reads the header at an address.</summary>
    /// <param name="memory">The target.</param>
    /// <param name="address">Where the header starts.</param>
    /// <param name="problem">Why there is no map, or why this version of the tool cannot read it.</param>
    public static NativeMap? TryRead(TargetMemory memory, ulong address, out string? problem)
    {
        if (!memory.TryRead(address, out MapHeader header))
        {
            problem = $"the header at 0x{address:x} cannot be read";
            return null;
        }

        problem = ProblemOf(address, header);
        return problem is null ? new NativeMap(memory, address, header) : null;
    }

    public bool TryReadShard(int shard, out ReadView view, out WriteSide side)
    {
        side = default;
        return Memory.TryRead((ulong)Header.Views + ((uint)shard * ReadView.Bytes), out view)
            && Memory.TryRead((ulong)Header.WriteSides + ((uint)shard * WriteSide.Bytes), out side);
    }

    public bool IsSentinel(TableRef table) => table.Equals(Sentinel);

    private static string? ProblemOf(ulong address, in MapHeader header)
    {
        if (header.Magic != MapHeader.ExpectedMagic)
        {
            return $"no map at 0x{address:x}: its magic word is 0x{header.Magic:x16}";
        }

        if (header.LayoutVersion != MapHeader.CurrentLayoutVersion)
        {
            return $"the map at 0x{address:x} has layout version {header.LayoutVersion}; this tool reads "
                + $"{MapHeader.CurrentLayoutVersion}";
        }

        bool isPlausible = header.HeaderBytes == MapHeader.Bytes
            && header.ShardCount is > 0 and <= HashBits.MaxShards && BitOperations.IsPow2(header.ShardCount)
            && header.SlotsPerGroup is > 0 and <= GroupShape.MaxSlots
            && header.KeyBytes is > 0 && header.ValueBytes is > 0
            && (ulong)header.ValueOffset + header.ValueBytes <= header.SlotBytes
            && header.KeyBytes <= header.ValueOffset
            && GroupShape.HeaderBytes + ((ulong)header.SlotsPerGroup * header.SlotBytes) <= header.StrideBytes
            && header.StrideBytes <= int.MaxValue
            && (ulong)header.Views == address + header.HeaderBytes
            && (ulong)header.WriteSides > (ulong)header.Views
            && (ulong)header.Sentinel > (ulong)header.WriteSides
            && (ulong)header.Sentinel < address + header.MapBytes;
        return isPlausible ? null : $"the header at 0x{address:x} contradicts itself";
    }

    private static string Name(byte* bytes, uint count) =>
        Encoding.UTF8.GetString(
            MemoryMarshal.CreateReadOnlySpan(ref *bytes, (int)Math.Min(count, MapHeader.NameBytes)));
}
