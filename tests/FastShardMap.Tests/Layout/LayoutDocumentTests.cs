using System.Globalization;
using FastShardMap.Layout;
using FastShardMap.Tests.Conventions;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Layout;

/// <summary>The layout tables of native-layout-docs are what the code does.</summary>
public sealed unsafe class LayoutDocumentTests
{
    private const string Documents = "native-layout-docs";

    [Fact]
    public void ControlWord_Document_Agrees()
    {
        Dictionary<string, (long Offset, long Bytes)> fields = [];
        for (int slot = 0; slot < ControlWord.MaxSlots; slot++)
        {
            fields.Add($"Slot{slot}", OfOneByte(ControlWord.WithTag(0, slot, 0xFF)));
        }

        fields.Add("Overflow", OfOneByte(ControlWord.IncrementOverflow(0)));
        Assert.Empty(
            LayoutTable.ReadFrom(Repository.ReadText($"{Documents}/control-byte.md"), "ControlWord").Compare(
                sizeof(ulong), fields));
    }

    [Fact]
    public void Group_Document_Agrees()
    {
        AssertAgrees<Group>("group.md");
        Assert.Equal(GroupShape.HeaderBytes, sizeof(Group));
    }

    [Fact]
    public void TableRef_Document_Agrees() => AssertAgrees<TableRef>("table.md");

    [Fact]
    public void ReadView_Document_Agrees()
    {
        AssertAgrees<ReadView>("shard.md");
        Assert.Equal(ReadView.Bytes, sizeof(ReadView));
    }

    [Fact]
    public void WriteSide_Document_Agrees()
    {
        AssertAgrees<WriteSide>("shard.md");
        Assert.Equal(WriteSide.Bytes, sizeof(WriteSide));
    }

    [Fact]
    public void CacheStructures_Document_Agrees()
    {
        AssertAgrees<CacheSide>("cache.md");
        Assert.Equal(CacheSide.Bytes, sizeof(CacheSide));
        CacheEntry<long> entry = default;
        Dictionary<string, (long Offset, long Bytes)> fields = new(StringComparer.Ordinal)
        {
            ["Value"] = ((byte*)&entry.Value - (byte*)&entry, sizeof(long)),
            ["Mark"] = (&entry.Mark - (byte*)&entry, sizeof(byte)),
            ["Expiry"] = ((byte*)&entry.Expiry - (byte*)&entry, sizeof(uint)),
        };
        Assert.Empty(
            LayoutTable.ReadFrom(Repository.ReadText($"{Documents}/cache.md"), "CacheEntry").Compare(
                sizeof(CacheEntry<long>), fields));
    }

    /// <summary>The mark is a byte behind the value, whatever the value's size, and no field shares it.</summary>
    [Fact]
    public void CacheEntry_ValuesOfManySizes_KeepMarkAndExpiryApart()
    {
        foreach (int bytes in SizedBytes.Selection)
        {
            SizedBytes.Run(bytes, new EntryBody());
        }
    }

    [Fact]
    public void MapHeader_Document_Agrees()
    {
        AssertAgrees<MapHeader>("map-header.md");
        Assert.Equal(MapHeader.Bytes, sizeof(MapHeader));
    }

    [Fact]
    public void RecordStructures_Document_Agrees()
    {
        AssertAgrees<RecordKey>("record.md");
        AssertAgrees<RecordSegment>("record.md");
        AssertAgrees<RecordHeap>("record.md");
        AssertAgrees<RecordEpoch>("record.md");
        AssertAgrees<LimboChunk>("record.md");
        AssertAgrees<BlobRef>("record.md");
        AssertAgrees<LargeRecord>("record.md");
        Assert.Equal(RecordHeap.Bytes, sizeof(RecordHeap));
    }

    [Fact]
    public void AuditRing_Document_Agrees()
    {
        AssertAgrees<AuditRingHeader>("audit-ring.md");
        Assert.Equal(AuditRingHeader.Bytes, sizeof(AuditRingHeader));
        Assert.Empty(LayoutTable.ReadFrom(Repository.ReadText($"{Documents}/audit-ring.md"), "AuditRecord")
            .Compare(sizeof(AuditRecord<long>), StructureFields.Of<AuditRecord<long>>()));
        AssertAgrees<KeyExcerpt>("audit-ring.md");
        Assert.Equal(sizeof(KeyExcerpt), sizeof(AuditKey));
        Assert.Equal("FSHAUDIT"u8, BitConverter.GetBytes(AuditRingHeader.ExpectedMagic));
    }

    [Fact]
    public void Shapes_OfTheDocument_AreTheCalculators()
    {
        MarkdownTable table = MarkdownTable.ReadAll(Repository.ReadText($"{Documents}/group.md"))
            .Single(candidate => candidate.HasColumns("key", "value", "SlotBytes", "SlotsPerGroup", "StrideBytes"));
        Assert.NotEmpty(table.Rows);
        foreach (string[] row in table.Rows)
        {
            int keyBytes = Number(table.Cell(row, "key"));
            int valueBytes = Number(table.Cell(row, "value"));
            GroupShape shape = GroupShape.For(keyBytes, Math.Min(keyBytes, 8), valueBytes, Math.Min(valueBytes, 8));
            Assert.Equal(
                (shape.SlotBytes, shape.SlotsPerGroup, shape.StrideBytes),
                (
                    Number(table.Cell(row, "SlotBytes")),
                    Number(table.Cell(row, "SlotsPerGroup")),
                    Number(table.Cell(row, "StrideBytes"))));
        }

        static int Number(string cell) => int.Parse(cell, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Constants_OfTheDocuments_AreTheCodes()
    {
        string header = Repository.ReadText($"{Documents}/map-header.md");
        Assert.Contains($"`0x{MapHeader.ExpectedMagic:X16}`", header, StringComparison.Ordinal);
        Assert.Equal("FSHRDMAP"u8, BitConverter.GetBytes(MapHeader.ExpectedMagic));
        Assert.Contains($"| `LayoutVersion` | {MapHeader.CurrentLayoutVersion};", header, StringComparison.Ordinal);
        Assert.Contains($"| `HeaderBytes` | {MapHeader.Bytes} |", header, StringComparison.Ordinal);
        Assert.Contains($"cut at {MapHeader.NameBytes} bytes", header, StringComparison.Ordinal);
        Assert.Contains(
            $"bits {17} to {23} of the key's hash",
            Repository.ReadText($"{Documents}/control-byte.md"),
            StringComparison.Ordinal);
        Assert.Contains(
            $"(hash >> {HashBits.ShardShift}) & (ShardCount − 1)",
            Repository.ReadText($"{Documents}/shard.md"),
            StringComparison.Ordinal);
    }

    private static void AssertAgrees<T>(string document)
        where T : unmanaged =>
        Assert.Empty(
            LayoutTable.ReadFrom(Repository.ReadText($"{Documents}/{document}"), typeof(T).Name).Compare(
                sizeof(T), StructureFields.Of<T>()));

    private static (long Offset, long Bytes) OfOneByte(ulong word)
    {
        ReadOnlySpan<byte> bytes = BitConverter.GetBytes(word);
        Assert.Equal(7, bytes.Count((byte)0));
        return (bytes.IndexOfAnyExcept((byte)0), 1);
    }

    private sealed class EntryBody : ISizedBody
    {
        public void Run<T>()
            where T : unmanaged
        {
            CacheEntry<T> entry = default;
            long mark = &entry.Mark - (byte*)&entry;
            long expiry = (byte*)&entry.Expiry - (byte*)&entry;
            Assert.Equal((0, sizeof(T)), ((byte*)&entry.Value - (byte*)&entry, mark));
            Assert.Equal(0, expiry % sizeof(uint));
            Assert.InRange(expiry, mark + 1, mark + sizeof(uint));
            Assert.Equal(expiry + sizeof(uint), sizeof(CacheEntry<T>));
        }
    }
}
