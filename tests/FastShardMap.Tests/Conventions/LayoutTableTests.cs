using System.Runtime.InteropServices;

namespace FastShardMap.Tests.Conventions;

/// <summary>
/// The tools that compare native-layout-docs with the code, on a document and a structure of their own.
/// </summary>
public class LayoutTableTests
{
    private const string Document = """
        # Sample
        Prose with a | bar.

        ## `Sample`: 32 bytes
        | offset | bytes | field | meaning |
        |---:|---:|---|---|
        | 0 | 8 | `Generation` | even \| odd |
        | 0x8 | 1 | `_flag` | |
        | 9 | 3 | (padding) | |
        | 12 | 4 | Count | |
        | 16 | 8 | Next | |
        | 24 | 8 | (padding) | |

        ## `SampleOther`
        | offset | bytes | field |
        |---|---|---|
        | 0 | 4 | A |
        """;

    [Fact]
    public void ReadFrom_HeadingNamesStructure_ReturnsItsRows()
    {
        LayoutTable table = LayoutTable.ReadFrom(Document, "Sample");

        Assert.Equal(
            [
                ("Generation", 0, 8), ("_flag", 8, 1), ("(padding)", 9, 3), ("Count", 12, 4), ("Next", 16, 8),
                ("(padding)", 24, 8),
            ],
            table.Rows);
    }

    [Fact]
    public void ReadFrom_NoSuchHeading_Throws() =>
        Assert.Throws<FormatException>(() => LayoutTable.ReadFrom(Document, "Absent"));

    [Fact]
    public void Compare_DocumentAgrees_FindsNothing() =>
        Assert.Empty(
            LayoutTable.ReadFrom(Document, "Sample").Compare(Marshal.SizeOf<Sample>(), StructureFields.Of<Sample>()));

    [Theory]
    [InlineData(
        "| 0 | 8 | `Generation`",
        "| 0 | 4 | `Generation`",
        "Generation is at 0 with 8 bytes; the document says 0 with 4")]
    [InlineData("| 12 | 4 | Count", "| 12 | 4 | Number", "Number is in the document only")]
    [InlineData("| 12 | 4 | Count", "| 12 | 4 | Number", "Count is in the code only")]
    [InlineData("| 24 | 8 | (padding) | |\n", "", "the rows end at 24; the structure has 32 bytes")]
    [InlineData("| 9 | 3 | (padding) | |\n", "", "Count starts at 12, but the row before it ends at 9")]
    public void Compare_DocumentIsWrong_SaysWhat(string right, string wrong, string expected)
    {
        string document = Document.ReplaceLineEndings("\n").Replace(right, wrong, StringComparison.Ordinal);

        Assert.Contains(expected, LayoutTable.ReadFrom(document, "Sample").Compare(32, StructureFields.Of<Sample>()));
    }

    [Fact]
    public unsafe void Of_FieldsOfEveryKind_AgreesWithPointerArithmetic()
    {
        Sample sample = default;
        IReadOnlyDictionary<string, (long Offset, long Bytes)> fields = StructureFields.Of<Sample>();

        Assert.Equal((byte*)&sample.Generation - (byte*)&sample, fields["Generation"].Offset);
        Assert.Equal((byte*)&sample.Count - (byte*)&sample, fields["Count"].Offset);
        Assert.Equal((byte*)&sample.Next - (byte*)&sample, fields["Next"].Offset);
        Assert.Equal((8, 1), fields["_flag"]);
    }

    [StructLayout(LayoutKind.Explicit, Size = 32)]
    private unsafe struct Sample
    {
        [FieldOffset(0)] public ulong Generation;
        [FieldOffset(8)] private bool _flag;
        [FieldOffset(12)] public DayOfWeek Count;
        [FieldOffset(16)] public Sample* Next;

        public bool Flag
        {
            readonly get => _flag;
            set => _flag = value;
        }
    }
}
