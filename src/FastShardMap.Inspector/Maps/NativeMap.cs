using System.Diagnostics.CodeAnalysis;
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
    /// <summary>
    /// More than any group has: seven slots, each with a key and a value of at most 8,192 bytes together, and the head.
    /// </summary>
    private const int MaxStrideBytes = 64 * 1024;

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
        Keys = HasRecords ? new RecordReader(memory) : null;
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

    /// <summary>Reads the bytes of keys of any length; null if the keys have a fixed size.</summary>
    public RecordReader? Keys { get; }

    /// <summary>Whether slots may contain addresses of records.</summary>
    [MemberNotNullWhen(true, nameof(Keys))]
    public bool HasRecords => Header.KeyForm != KeyForm.Fixed;

    public int ShardCount => (int)Header.ShardCount;

    public int KeyBytes => (int)Header.KeyBytes;

    public int SlotsPerGroup => (int)Header.SlotsPerGroup;

    public int StrideBytes => (int)Header.StrideBytes;

    public bool IsDisposed => Header.State != 0;

    /// <summary>Whether values, too, are of any length.</summary>
    public bool HasBlobs => HasRecords
        && Header.ValueBytes >= (uint)sizeof(BlobRef)
        && (ValueType == typeof(BlobRef).ToString() || ValueType == typeof(CacheEntry<BlobRef>).ToString());

    /// <summary>Whether this is the map of a ShardCache, whose values carry marks and expiries.</summary>
    public bool IsCache => ValueType.StartsWith(typeof(CacheEntry<>).FullName!, StringComparison.Ordinal);

    public string TypeText => Header.KeyForm switch
    {
        KeyForm.Text or KeyForm.Bytes when HasBlobs => IsCache ? "BlobShardCache" : "BlobShardMap",
        KeyForm.Text => $"TextShardMap<{TypeNames.Short(ValueType)}>",
        KeyForm.Bytes => $"BytesShardMap<{TypeNames.Short(ValueType)}>",
        _ when TypeNames.ArgumentOf(ValueType, typeof(CacheEntry<>).FullName!) is { } value =>
            $"ShardCache<{TypeNames.Short(KeyType)}, {TypeNames.Short(value)}>",
        _ => $"{(IsCache ? "ShardCache" : "ShardMap")}<{TypeNames.Short(KeyType)}, {TypeNames.Short(ValueType)}>",
    };

    /// <summary>The form of the keys: <c>fixed</c>, <c>text</c> or <c>bytes</c>.</summary>
    public string KeyFormText => Header.KeyForm switch
    {
        KeyForm.Text => "text",
        KeyForm.Bytes => "bytes",
        _ => "fixed",
    };

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

    /// <summary>Reads the record memory of a shard; false if there is none, or if it cannot be read.</summary>
    public bool TryReadHeap(int shard, out RecordHeap heap)
    {
        heap = default;
        return HasRecords
            && Memory.TryRead((ulong)Header.RecordHeaps + ((uint)shard * (ulong)RecordHeap.Bytes), out heap);
    }

    /// <summary>Whether two slots contain equal keys.</summary>
    public bool AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.SequenceEqual(right))
        {
            return true;
        }

        if (!HasRecords)
        {
            return false;
        }

        // Hash, form and length first, so that almost only records of equal keys are read.
        RecordKey first = RecordReader.KeyOf(left);
        RecordKey second = RecordReader.KeyOf(right);
        if (!first.IsLong || !second.IsLong || first.First != second.First || first.LongLength != second.LongLength
            || !Keys.TryRead(left, out ReadOnlySpan<byte> bytes))
        {
            return false;
        }

        byte[] copy = bytes.ToArray();
        return Keys.TryRead(right, out bytes) && bytes.SequenceEqual(copy);
    }

    /// <summary>The key in a slot as a short text, for findings.</summary>
    public string KeyText(ReadOnlySpan<byte> slot)
    {
        const int MaxChars = 80;
        if (HasRecords)
        {
            return Printable.Text(StoredBytes.Read(this, slot).ToString(), MaxChars);
        }

        return slot.Length == sizeof(ulong)
            ? $"0x{MemoryMarshal.Read<ulong>(slot):x16}"
            : Convert.ToHexStringLower(slot);
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
            && header.StrideBytes <= MaxStrideBytes
            && (ulong)header.Views == address + header.HeaderBytes
            && (ulong)header.WriteSides > (ulong)header.Views
            && (ulong)header.Sentinel > (ulong)header.WriteSides
            && (ulong)header.Sentinel < address + header.MapBytes
            && ArePlausibleRecords(address, header);
        return isPlausible ? null : $"the header at 0x{address:x} contradicts itself";
    }

    private static bool ArePlausibleRecords(ulong address, in MapHeader header) => header.KeyForm switch
    {
        KeyForm.Fixed => header.RecordHeaps is null,
        KeyForm.Text or KeyForm.Bytes => header.KeyBytes == sizeof(RecordKey)
            && (ulong)header.RecordHeaps > (ulong)header.Sentinel
            && (ulong)header.RecordHeaps + (header.ShardCount * (ulong)RecordHeap.Bytes)
                <= address + header.MapBytes,
        _ => false,
    };

    private static string Name(byte* bytes, uint count) =>
        Encoding.UTF8.GetString(
            MemoryMarshal.CreateReadOnlySpan(ref *bytes, (int)Math.Min(count, MapHeader.NameBytes)));
}
