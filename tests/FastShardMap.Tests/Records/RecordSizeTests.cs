using FastShardMap.Layout;

namespace FastShardMap.Tests.Records;

public class RecordSizeTests
{
    [Fact]
    public void ClassOf_EveryLength_IsTheSmallestThatFits()
    {
        for (int bytes = RecordKey.MaxInlineBytes + 1; bytes <= RecordKey.MaxBytes; bytes++)
        {
            int sizeClass = RecordSize.ClassOf(bytes);
            int size = RecordSize.BytesOf(sizeClass);
            Assert.InRange(sizeClass, 2, RecordSize.Classes - 1);
            Assert.True(size >= bytes && RecordSize.BytesOf(sizeClass - 1) < bytes, $"{bytes} bytes: {size}");
            Assert.Equal(0, size % 8);
            Assert.True(size - bytes < Math.Max(8, bytes / 8), $"{bytes} bytes: {size}");
        }
    }

    [Fact]
    public void LargestClassWithin_EveryLength_FitsAndIsTheLargest()
    {
        for (int bytes = 0; bytes <= 2 * RecordKey.MaxBytes; bytes++)
        {
            int sizeClass = RecordSize.LargestClassWithin(bytes);
            Assert.Equal(bytes < RecordKey.MaxInlineBytes + 1, sizeClass == 0);
            Assert.True(RecordSize.BytesOf(sizeClass) <= bytes);
            Assert.True(
                sizeClass == 0
                || sizeClass == RecordSize.Classes - 1
                || RecordSize.BytesOf(sizeClass + 1) > bytes);
        }
    }
}
