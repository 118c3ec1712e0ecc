using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

public sealed class ScarceMemoryTests
{
    [Theory]
    [InlineData(800, 600, 100, true)]
    [InlineData(800, 600, 101, false)]
    [InlineData(800, 800, 0, false)]
    [InlineData(ulong.MaxValue, 1UL << 60, 1 << 30, true)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, false)]
    public void LeavesRoom_KeepsAnEighthFree(ulong limit, ulong used, ulong more, bool expected) =>
        Assert.Equal(expected, ScarceMemory.LeavesRoom(limit, used, more));

    [Theory]
    [InlineData("MemTotal:        1000 kB\nMemFree: 1 kB\nMemAvailable:    250 kB\n", 1_024_000, 256_000)]
    [InlineData("MemAvailable: 1 kB\nMemTotal: 2 kB", 2048, 1024)]
    public void MachineBytes_ReadsTotalAndAvailable(string text, ulong total, ulong available) =>
        Assert.Equal((total, available), Read(text));

    [Theory]
    [InlineData("")]
    [InlineData("MemTotal: 1000 kB\n")]
    [InlineData("MemTotal: many kB\nMemAvailable: 1 kB")]
    [InlineData("MemTotal: 18446744073709551615 kB\nMemAvailable: 1 kB")]
    public void MachineBytes_IncompleteFile_IsUnknown(string text) => Assert.Null(Read(text));

    [Fact]
    public void MachineBytes_NoFile_IsUnknown() =>
        Assert.Null(ScarceMemory.MachineBytes(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())));

    [Fact]
    public void IsScarceWith_MoreThanAnyMachineHas_IsTrue() => Assert.True(ScarceMemory.IsScarceWith((nuint)1 << 60));

    private static (ulong Total, ulong Available)? Read(string text)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllText(path, text);
        try
        {
            return ScarceMemory.MachineBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
