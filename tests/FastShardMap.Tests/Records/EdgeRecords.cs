using FastShardMap.Layout;
using FastShardMap.Memory;
using FastShardMap.Tests.Memory;

namespace FastShardMap.Tests.Records;

/// <summary>Places records at the very end of their blocks, where an inaccessible page follows.</summary>
/// <param name="heap">The record memory of a map with one shard and guard pages.</param>
/// <param name="addFiller">Adds an entry whose record has a number of bytes: a multiple of 8, at least 16.</param>
internal sealed unsafe class EdgeRecords(RecordHeap* heap, Action<int> addFiller)
{
    private const int MaxFillerBytes = 32_760;
    private const int RecordsPerShare = 64;

    private readonly RecordHeap* _heap = heap;
    private readonly List<nuint> _ends = [];

    /// <summary>The lengths of the records to place: around the changes of form, and those that fill their class.
    /// </summary>
    public static int[] Lengths =>
    [
        16, 17, 23, 24, 31, 32, 33, 40, 48, 63, 64, 65, 96, 128, 255, 256, 257, 288, 1000, 1024, 4096, 32_760, 32_766,
    ];

    /// <summary>Adds an entry whose record ends where its segment ends.</summary>
    /// <param name="bytes">The length of the record.</param>
    /// <param name="add">Adds the entry.</param>
    /// <returns>The record.</returns>
    public ReadOnlySpan<byte> Place(int bytes, Action add)
    {
        int sizeClass = RecordSize.ClassOf(bytes);
        int rounded = RecordSize.BytesOf(sizeClass);
        MakeRoom(sizeClass, rounded);
        byte* record = _heap->Next;
        byte* end = _heap->End;
        Assert.Equal(rounded, end - record);
        add();
        Assert.Equal((nuint)end, (nuint)_heap->Next);
        Assert.True(IsEndOfASegment((nuint)end));
        AssertGuarded(end);
        _ends.Add((nuint)end);
        return new ReadOnlySpan<byte>(record, bytes);
    }

    /// <summary>Adds an entry whose record fills the rest of a block of its own.</summary>
    /// <param name="bytes">The length of the record.</param>
    /// <param name="add">Adds the entry.</param>
    /// <returns>The record.</returns>
    public ReadOnlySpan<byte> PlaceLarge(int bytes, Action add)
    {
        LargeRecord* before = _heap->LargeRecords;
        add();
        LargeRecord* record = _heap->LargeRecords;
        Assert.NotEqual((nuint)before, (nuint)record);
        byte* end = (byte*)record + record->Bytes;
        byte* start = (byte*)record + LargeRecord.HeadBytes;
        Assert.Equal(bytes, end - start);
        AssertGuarded(end);
        return new ReadOnlySpan<byte>(start, bytes);
    }

    /// <summary>Requires that no placed record was moved. Call it before the test removes entries.</summary>
    public void AssertAllAreThere()
    {
        Assert.NotEmpty(_ends);
        Assert.All(_ends, end => Assert.True(IsEndOfASegment(end)));
        Assert.Equal(0, _heap->IsCompacting);
    }

    private static void AssertGuarded(byte* end)
    {
        Assert.Equal(0u, (nuint)end % PageMemory.PageBytes);
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal("---p", GuardPagesTests.Permissions((nuint)end));
            Assert.Equal("rw-p", GuardPagesTests.Permissions((nuint)end - 1));
        }
    }

    private bool IsEndOfASegment(nuint end)
    {
        RecordSegment* segment = _heap->Segments;
        while (segment is not null && (nuint)segment + (nuint)segment->Bytes != end)
        {
            segment = segment->Next;
        }

        return segment is not null;
    }

    // Without free records of the class, the next one is taken from the rest of the newest segment.
    private void MakeRoom(int sizeClass, int rounded)
    {
        while (_heap->SegmentBytes < (long)RecordsPerShare * rounded)
        {
            addFiller(Math.Min(rounded, MaxFillerBytes)); // so that such records share segments
        }

        while (_heap->End - _heap->Next != rounded || _heap->Free[sizeClass] != 0)
        {
            long gap = _heap->End - _heap->Next - rounded;
            addFiller((int)(gap < 16 ? Math.Min(rounded, MaxFillerBytes)
                : gap <= 256 ? gap
                : gap <= 512 ? 128
                : gap <= 4096 ? 256
                : 1024));
        }
    }
}
