using System.Globalization;
using System.Text;
using FastShardMap.Layout;
using FastShardMap.Sharding;
using FastShardMap.Tests.Conventions;

namespace FastShardMap.Tests.Layout;

/// <summary>
/// All that a reader of raw memory relies on, as text: measured on the structures and asked of the code, so that
/// whatever changes the bytes of a map changes a line of it. The same for every build, processor and run.
/// </summary>
internal static unsafe class LayoutDescription
{
    private static readonly HashSeed s_seed = new(0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03);
    private static readonly ulong[] s_hashes = [0, 1, 0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210, ulong.MaxValue];

    /// <summary>The whole layout.</summary>
    public static string OfTheCode()
    {
        StringBuilder text = new();
        text.Append(OfStructure<MapHeader>()).Append(OfStructure<ReadView>()).Append(OfStructure<WriteSide>());
        text.Append(OfStructure<Group>()).Append(OfStructure<TableRef>());
        text.Append(OfStructure<AuditRingHeader>()).Append(Invariant($"  magic {AuditRingHeader.ExpectedMagic:x16}\n"));
        text.Append(OfStructure<AuditRecord<long>>()).Append(OfStructure<KeyExcerpt>());
        text.Append(OfStructure<RecordKey>()).Append(OfStructure<RecordHeap>()).Append(OfStructure<RecordSegment>());
        text.Append(OfStructure<RecordEpoch>()).Append(OfStructure<LimboChunk>());
        text.Append(OfStructure<BlobRef>()).Append(OfStructure<LargeRecord>());
        AddBlock(text);
        AddShapes(text);
        AddControlWords(text);
        AddTables(text);
        AddRecordSizes(text);
        AddHashes(text);
        return text.ToString();
    }

    private static void AddRecordSizes(StringBuilder text)
    {
        text.Append("record sizes:");
        for (int sizeClass = 2; sizeClass < RecordSize.Classes; sizeClass++)
        {
            text.Append(CultureInfo.InvariantCulture, $" {RecordSize.BytesOf(sizeClass)}");
        }

        text.Append('\n');
    }

    /// <summary>Size and fields of one structure, in the order of their offsets.</summary>
    public static string OfStructure<T>()
        where T : unmanaged
    {
        StringBuilder text = new(Invariant($"{typeof(T).Name}: {sizeof(T)} bytes\n"));
        foreach ((string field, (long offset, long bytes)) in StructureFields.Of<T>().OrderBy(
            field => field.Value.Offset))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {offset} {bytes} {field}\n");
        }

        return text.ToString();
    }

    // A real map's block: order and distances of its parts, and the words of a fresh header.
    private static void AddBlock(StringBuilder text)
    {
        using ShardMap<uint, Guid> map = new(new ShardMapOptions { ShardCount = 8, Name = "m" });
        MapHeader* header = map.Shards.Header;
        byte* start = (byte*)header;
        text.Append(
            CultureInfo.InvariantCulture, $"block of 8 shards: {header->MapBytes} bytes, magic {header->Magic:x16}\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"  views {(byte*)header->Views - start}, write sides {(byte*)header->WriteSides - start}, sentinel "
                + $"{(byte*)header->Sentinel - start}\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"  key {header->KeyBytes}, value {header->ValueBytes} at {header->ValueOffset}, slot "
                + $"{header->SlotBytes}, names {header->KeyNameBytes} {header->ValueNameBytes} "
                + $"{header->HasherNameBytes} {header->MapNameBytes}\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"  generation at first {header->Views[0].Generation}, busy "
                + $"{GenerationWord.Initial.BeginChange().Word - GenerationWord.Initial.Word}, migrating "
                + $"{default(GenerationWord).EndChange(isMigrating: true).Word - GenerationWord.Initial.Word}\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"version of a group: busy {default(VersionWord).BeginWrite().Word}, moved "
                + $"{default(VersionWord).AfterMove().Word - default(VersionWord).AfterWrite().Word}, locked "
                + $"{VersionWord.LockedBy(0).Word}, filter {VersionWord.Disposed.Word:x}, bit of hash "
                + $"0123456789abcdef {default(VersionWord).PassedBy(0x0123456789ABCDEF).Word:x}, one write "
                + $"{default(VersionWord).AfterWrite().Word:x}\n");
        text.Append(CultureInfo.InvariantCulture, $"lock word: waiters {LockWord.Free.WithWaiters().Word}\n");
        using (map.EnterExclusive())
        {
            int owner = new LockWord(header->WriteSides[3].Lock).OwnerId;
            text.Append(
                CultureInfo.InvariantCulture,
                $"  owner in the bits above: {owner == Environment.CurrentManagedThreadId}\n");
        }
    }

    private static void AddShapes(StringBuilder text)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $"groups: head {GroupShape.HeaderBytes} bytes; key/alignment value/alignment → value "
                + $"at, slot, slots, stride\n");
        (int Bytes, int Alignment)[] kinds =
        [
            (1, 1), (2, 2), (3, 1), (4, 4), (8, 8), (12, 4), (16, 8), (16, 16), (24, 8), (40, 8), (100, 4), (576, 8),
            (1000, 8), (5000, 8),
        ];
        foreach ((int keyBytes, int keyAlignment) in kinds)
        {
            foreach ((int valueBytes, int valueAlignment) in kinds)
            {
                GroupShape shape = GroupShape.For(keyBytes, keyAlignment, valueBytes, valueAlignment);
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  {keyBytes}/{keyAlignment} {valueBytes}/{valueAlignment} → {shape.ValueOffset}, "
                        + $"{shape.SlotBytes}, {shape.SlotsPerGroup}, {shape.StrideBytes}\n");
            }
        }
    }

    private static void AddControlWords(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"control word: empty {ControlWord.Empty:x16}\n");
        for (int slot = 0; slot < ControlWord.MaxSlots; slot++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"  slot {slot} {ControlWord.WithTag(ControlWord.Empty, slot, 0xA5):x16}\n");
        }

        ulong saturated = ControlWord.Empty;
        for (int count = 0; count < 300; count++)
        {
            saturated = ControlWord.IncrementOverflow(saturated);
        }

        text.Append(
            CultureInfo.InvariantCulture,
            $"  one overflow {ControlWord.IncrementOverflow(ControlWord.Empty):x16}, saturated {saturated:x16}, and "
                + $"one removed {ControlWord.DecrementOverflow(saturated):x16}\n");
    }

    private static void AddTables(StringBuilder text)
    {
        text.Append("tables: log2, sixteenths → word at 40000000; groups; home of each hash\n");
        foreach (TableSize size in (TableSize[])
        [
            new(0, 16), new(1, 16), new(13, 16), new(20, 16), new(40, 16), new(13, 9), new(20, 11), new(33, 15),
        ])
        {
            TableRef table = TableRef.Create((byte*)0x4000_0000, size);
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {size.EnclosingLog2}, {size.Sixteenths} → {table.Word:x16}; {table.Groups}; "
                    + $"{string.Join(' ', s_hashes.Select(hash => table.Home(hash)))}\n");
        }
    }

    private static void AddHashes(StringBuilder text)
    {
        text.Append("hashes: tag and offset of the read view among 4096\n");
        foreach (ulong hash in s_hashes)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {hash:x16} → {(byte)HashBits.Tag(hash):x2}, "
                    + $"{HashBits.ViewOffset(hash, (nuint)(HashBits.MaxShards - 1) << HashBits.ShardShift)}\n");
        }

        text.Append("the default hasher, with one seed\n");
        AddHash<byte>(text, 200);
        AddHash(text, 'x');
        AddHash(text, -5);
        AddHash(text, 0x0123_4567_89AB_CDEFL);
        AddHash(text, UInt128.MaxValue - 7);
        AddHash(text, -0.0);
        AddHash(text, 1.5f);
        AddHash(text, 10.50m);
        AddHash(text, new Guid("00112233-4455-6677-8899-aabbccddeeff"));
        AddHash(text, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        AddHash(text, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)));
    }

    private static void AddHash<TKey>(StringBuilder text, TKey key)
        where TKey : unmanaged, IEquatable<TKey> =>
        text.Append(
            CultureInfo.InvariantCulture,
            $"  {typeof(TKey).Name} {default(DefaultHasher<TKey>).Hash(key, s_seed):x16}\n");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
