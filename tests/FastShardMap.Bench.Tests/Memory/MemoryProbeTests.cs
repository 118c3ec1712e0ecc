using FastShardMap.Bench.Maps;
using FastShardMap.Bench.Memory;

namespace FastShardMap.Bench.Tests.Memory;

public class MemoryProbeTests
{
    [Fact]
    public void Bytes_ThisProcess_IsAFewMegabytesAtLeast()
    {
        using ResidentSet resident = new();
        Assert.True(resident.Bytes > 1 << 20);
    }

    [Fact]
    public void Bytes_AfterTouchingMemory_HasGrown()
    {
        using ResidentSet resident = new();
        long before = resident.Bytes;
        byte[] touched = GC.AllocateUninitializedArray<byte>(64 << 20);
        touched.AsSpan().Fill(1);
        Assert.True(resident.Bytes - before > 32 << 20);
        GC.KeepAlive(touched);
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public void Run_ShardMap_AccountsForEveryPair()
    {
        MemoryReading reading = MemoryProbe.Run<ShardMapAdapter<ulong, ulong>>(200_000, reserve: false);
        Assert.Equal(200_000, reading.Pairs);
        Assert.InRange(reading.AccountedBytesPerPair, 16, 100);
        Assert.True(reading.WorstAccountedBytesPerPair >= reading.AccountedBytesPerPair);
        Assert.NotEmpty(reading.FullGcWithMilliseconds);
        Assert.NotEmpty(reading.FullGcWithoutMilliseconds);
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public void Run_ManagedMap_MeasuresTheHeap()
    {
        MemoryReading reading = MemoryProbe.Run<ConcurrentDictionaryMap<ulong, ulong>>(200_000, reserve: true);
        Assert.InRange(reading.AccountedBytesPerPair, 30, 120);
    }
}
