using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

public sealed unsafe class ArenaTests
{
    private const nuint Kilobyte = 1024;
    private const nuint Megabyte = 1024 * 1024;

    public static TheoryData<int> BlockLengths =>
        [
            128, 256, 384, 4096, 10_624, 32_768, 65_408, 65_536, 66_048, 262_144, 1_048_576, 2_097_152, 2_097_280,
            9_437_184,
        ];

    [Theory]
    [MemberData(nameof(BlockLengths))]
    public void Allocate_EveryKind_IsAlignedZeroAndCounted(int bytes)
    {
        foreach (bool hugePages in new[] { false, true })
        {
            Arena arena = new(guardPages: false);
            for (int repeat = 0; repeat < 3; repeat++)
            {
                long before = arena.LiveBytes;
                byte* block = arena.Allocate((nuint)bytes, hugePages);
                nuint alignment =
                    bytes < 4096 ? 128u
                    : hugePages && bytes >= 2_097_152 ? PageMemory.HugePageBytes
                    : 4096u;
                Assert.Equal(0u, (nuint)block % alignment);
                AssertZero(block, (nuint)bytes);
                new Span<byte>(block, bytes).Fill(0xEE);
                Assert.InRange(arena.LiveBytes - before, bytes, bytes + (long)(bytes < 65536 ? 0 : 2 * Megabyte));
                Assert.InRange(arena.MappedBytes, arena.LiveBytes, long.MaxValue);
            }

            GC.KeepAlive(arena);
        }
    }

    [Theory]
    [MemberData(nameof(BlockLengths))]
    public void Allocate_AfterRetire_ReusesTheAddressAndReadsZero(int bytes)
    {
        foreach (bool hugePages in new[] { false, true })
        {
            Arena arena = new(guardPages: false);
            nuint first = (nuint)arena.Allocate((nuint)bytes, hugePages);
            new Span<byte>((byte*)first, bytes).Fill(0xEE);
            arena.Retire((byte*)first, (nuint)bytes);
            arena.DrainRetired();
            Assert.Equal(0, arena.LiveBytes);
            Assert.InRange(arena.HeldBytes, 0, 2 * Environment.SystemPageSize);
            byte* second = arena.Allocate((nuint)bytes, hugePages);
            Assert.Equal(first, (nuint)second);
            AssertZero(second, (nuint)bytes);
        }
    }

    [Fact]
    public void Allocate_BlocksBelowAHugePage_ShareHugePagesOnlyWithEachOther()
    {
        Arena arena = new(guardPages: false);
        HashSet<nuint> shared = [];
        HashSet<nuint> others = [];
        for (int i = 0; i < 16; i++)
        {
            shared.Add((nuint)arena.Allocate(256 * Kilobyte, hugePages: true) / PageMemory.HugePageBytes);
            others.Add((nuint)arena.Allocate(256 * Kilobyte) / PageMemory.HugePageBytes);
            others.Add((nuint)arena.Allocate(1 * Kilobyte, hugePages: true) / PageMemory.HugePageBytes);
        }

        Assert.Equal(2, shared.Count); // 16 blocks of 256 KiB fill two huge pages
        Assert.Empty(shared.Intersect(others));
        GC.KeepAlive(arena);
    }

    [Fact]
    public void Allocate_BlocksOfAnEmptyMap_StayWithin64Kilobytes()
    {
        Arena arena = new(guardPages: false);
        arena.Allocate(10_624);
        for (int shard = 0; shard < 64; shard++)
        {
            arena.Allocate(512);
        }

        Assert.InRange(arena.LiveBytes, 1, 64 * 1024);
        Assert.InRange(arena.HeldBytes, 1, 64 * 1024);
        Assert.Equal(64 * 1024, arena.MappedBytes);
    }

    [Fact]
    public void Allocate_ManyMediumBlocks_TouchesNothingAndTakesFewMappings()
    {
        const int Blocks = 4096;
        Arena arena = new(guardPages: false);
        nuint lowest = nuint.MaxValue;
        for (int index = 0; index < Blocks; index++)
        {
            byte* block = arena.Allocate(64 * Kilobyte);
            lowest = nuint.Min(lowest, (nuint)block);
            if (OperatingSystem.IsLinux() && index % 512 == 0)
            {
                Assert.Equal(0, LinuxFacts.ResidentBytes(block, 64 * Kilobyte));
            }
        }

        Assert.InRange(arena.MappingCount, 1, 64);
        Assert.InRange(arena.MappedBytes, arena.LiveBytes, arena.LiveBytes * 5 / 4);
        GC.KeepAlive(arena);
    }

    [Fact]
    public void Allocate_LengthsBeyondTheNumbers_ThrowOutOfMemoryAndChangeNothing()
    {
        Arena arena = new(guardPages: false);
        foreach (nuint bytes in new[] { nuint.MaxValue, nuint.MaxValue - 127, nuint.MaxValue / 2, nuint.MaxValue / 8 })
        {
            Assert.Throws<OutOfMemoryException>(() => { arena.Allocate(bytes); });
            Assert.Throws<OutOfMemoryException>(() => { arena.Allocate(bytes, hugePages: true); });
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => { arena.Allocate(0); });
        Assert.Equal(0, arena.LiveBytes);
        Assert.Equal(0, arena.MappedBytes);
        AssertZero(arena.Allocate(128), 128);
    }

    [Fact]
    public void Allocate_MoreThanFourGigabytes_ReachesBothEnds()
    {
        Assert.SkipUnless(
            Environment.Is64BitProcess && OperatingSystem.IsLinux(), "Needs address space it does not pay for.");
        nuint bytes = (nuint)5 << 30;
        Arena arena = new(guardPages: false);
        byte* block = arena.Allocate(bytes);
        block[0] = 1;
        block[bytes - 1] = 2;
        arena.Retire(block, bytes);
        arena.DrainRetired();
        Assert.Equal(0, block[0]);
        Assert.Equal(0, block[bytes - 1]);
        GC.KeepAlive(arena);
    }

    [Fact]
    public void Allocate_MappingFails_ThrowsAndTheArenaStaysUsable()
    {
        Arena arena = new(guardPages: false);
        byte* kept = arena.Allocate(64 * Kilobyte);
        kept[0] = 42;
        long live = arena.LiveBytes;
        long mapped = arena.MappedBytes;
        FaultInjection.Map = static _ => true;
        try
        {
            Assert.Throws<OutOfMemoryException>(() => { arena.Allocate(64 * Megabyte); });
            Assert.Throws<OutOfMemoryException>(() => { arena.Allocate(128); });
            Assert.Throws<OutOfMemoryException>(() => { arena.Allocate(4 * Megabyte, hugePages: true); });
            _ = arena.Allocate(64 * Kilobyte); // Fits the chunk that is there.
        }
        finally
        {
            FaultInjection.Map = null;
        }

        Assert.Equal(live + (64 * 1024), arena.LiveBytes);
        Assert.Equal(mapped, arena.MappedBytes);
        Assert.Equal(42, kept[0]);
        AssertZero(arena.Allocate(64 * Megabyte), 64 * Megabyte);
    }

    [Fact]
    public void Allocate_AnyCallInjected_FailsWhetherMappedOrReused()
    {
        Arena arena = new(guardPages: false);
        FaultInjection.Allocate = static bytes => bytes == 256;
        try
        {
            _ = arena.Allocate(128);
            Assert.Throws<OutOfMemoryException>(() => { arena.Allocate(256); });
        }
        finally
        {
            FaultInjection.Allocate = null;
        }

        Assert.Equal(128, arena.LiveBytes);
    }

    [Fact]
    public void Allocate_ChunkTooLargeForTheSystem_TakesTheBlockAlone()
    {
        Arena arena = new(guardPages: false);
        FaultInjection.Map = static bytes => bytes > 64 * Kilobyte;
        try
        {
            AssertZero(arena.Allocate(64 * Kilobyte), 64 * Kilobyte);
        }
        finally
        {
            FaultInjection.Map = null;
        }

        Assert.Equal(64 * 1024, arena.MappedBytes);
    }

    internal static void AssertZero(byte* block, nuint bytes) =>
        Assert.Equal(-1, new ReadOnlySpan<byte>(block, checked((int)bytes)).IndexOfAnyExcept((byte)0));
}
