using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

public sealed unsafe class ArenaRetireTests
{
    private const nuint Kilobyte = 1024;
    private const nuint Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(128)]
    [InlineData(1_048_576)]
    public void Retire_Twice_Throws(int bytes)
    {
        Arena arena = new(guardPages: false);
        nuint block = (nuint)arena.Allocate((nuint)bytes);
        arena.Retire((byte*)block, (nuint)bytes);
        Assert.Throws<InvalidOperationException>(() => arena.Retire((byte*)block, (nuint)bytes));
        arena.DrainRetired();
        Assert.Throws<InvalidOperationException>(() => arena.Retire((byte*)block, (nuint)bytes));
        Assert.Equal(0, arena.LiveBytes);
    }

    [Fact]
    public void Retire_NotABlockOrAnotherLength_ThrowsAndKeepsTheBlock()
    {
        Arena arena = new(guardPages: false);
        nuint block = (nuint)arena.Allocate(1024);
        ((byte*)block)[5] = 5;
        Assert.Throws<InvalidOperationException>(() => arena.Retire((byte*)block + 128, 896));
        Assert.Throws<InvalidOperationException>(() => arena.Retire((byte*)block, 512));
        Assert.Throws<InvalidOperationException>(() => arena.Retire(null, 128));
        Assert.Equal(1024, arena.LiveBytes);
        Assert.Equal(5, ((byte*)block)[5]);
        arena.Retire((byte*)block, 1024);
    }

    [Fact]
    public void Retire_UntouchedSmallBlock_TouchesNoPage()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc/self/pagemap.");
        const nuint Bytes = 60 * Kilobyte;
        Arena arena = new(guardPages: false);
        byte* block = arena.Allocate(Bytes);
        arena.Retire(block, Bytes, isZero: true);
        Assert.Equal(0, LinuxFacts.ResidentBytes(block, Bytes));
        Assert.Equal(0, arena.LiveBytes);
        byte* again = arena.Allocate(Bytes);
        Assert.True(again == block);
        new Span<byte>(again, (int)Bytes).Fill(1);
        arena.Retire(again, Bytes);
        ArenaTests.AssertZero(block, Bytes);
        GC.KeepAlive(arena);
    }

    [Fact]
    public void DrainRetired_LargeBlock_GivesThePagesBackAndKeepsTheRange()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc/self/pagemap.");
        const nuint Bytes = 33 * Megabyte;
        foreach (bool hugePages in new[] { false, true })
        {
            Arena arena = new(guardPages: false);
            byte* block = arena.Allocate(Bytes, hugePages);
            new Span<byte>(block, (int)Bytes).Fill(1);
            Assert.Equal((long)Bytes, LinuxFacts.ResidentBytes(block, Bytes));
            long mapped = arena.MappedBytes;
            arena.Retire(block, Bytes);
            arena.DrainRetired();
            Assert.Equal(0, LinuxFacts.ResidentBytes(block, Bytes));
            Assert.Equal(mapped, arena.MappedBytes);
            ArenaTests.AssertZero(block, Bytes); // What a stale reader sees.
            GC.KeepAlive(arena);
        }
    }

    [Fact]
    public void DrainRetired_SmallBlocks_GivesTheirWholePagesBack()
    {
        Arena arena = new(guardPages: false);
        nuint[] blocks = new nuint[1000];
        for (int index = 0; index < blocks.Length; index++)
        {
            blocks[index] = (nuint)arena.Allocate(512);
            new Span<byte>((byte*)blocks[index], 512).Fill(1);
        }

        byte* survivor = arena.Allocate(128);
        survivor[0] = 77;
        foreach (nuint block in blocks)
        {
            arena.Retire((byte*)block, 512);
        }

        Assert.InRange(arena.HeldBytes, 1000 * 512, long.MaxValue);
        arena.DrainRetired();
        Assert.InRange(arena.HeldBytes, 128, 32 * 1024);
        Assert.Equal(77, survivor[0]);
        for (int index = 0; index < blocks.Length; index++)
        {
            ArenaTests.AssertZero(arena.Allocate(512), 512);
        }
    }

    [Fact]
    public void Retire_ManySmallBlocks_TrimsWithoutBeingAsked()
    {
        Arena arena = new(guardPages: false);
        List<nuint> blocks = [];
        for (int index = 0; index < 256; index++)
        {
            byte* block = arena.Allocate(32 * Kilobyte);
            *block = 1;
            blocks.Add((nuint)block);
        }

        foreach (nuint block in blocks)
        {
            arena.Retire((byte*)block, 32 * Kilobyte);
        }

        Assert.True(SpinWait.SpinUntil(() => arena.HeldBytes <= 1024 * 1024, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void RequestTrim_AfterRetire_EndsWithNothingHeld()
    {
        Arena arena = new(guardPages: false);
        byte* large = arena.Allocate(8 * Megabyte);
        byte* small = arena.Allocate(32 * Kilobyte);
        *large = *small = 1;
        arena.Retire(large, 8 * Megabyte);
        arena.Retire(small, 32 * Kilobyte);
        arena.RequestTrim();
        Assert.True(SpinWait.SpinUntil(() => arena.HeldBytes == 0, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void Retire_NoThreadAndSystemRefuses_ClearsInTheCaller()
    {
        const nuint Bytes = 5 * Megabyte;
        Arena arena = new(guardPages: false);
        byte* block = arena.Allocate(Bytes);
        new Span<byte>(block, (int)Bytes).Fill(1);
        int call = 0;
        FaultInjection.Post = static () => true;
        FaultInjection.Discard = _ => ++call == 2;
        try
        {
            arena.Retire(block, Bytes);
        }
        finally
        {
            FaultInjection.Post = null;
            FaultInjection.Discard = null;
        }

        Assert.InRange(call, 3, 4);
        ArenaTests.AssertZero(block, Bytes);
        Assert.Equal((long)Bytes, arena.HeldBytes); // A slice stayed, so nothing is promised for the block...
        arena.DrainRetired();
        Assert.Equal(0, arena.HeldBytes); // ...until the system relents.
    }

    /// <summary>A trim that fails on the managed heap ends; the blocks are given back all the same, and the next trim
    /// does the rest.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(9)]
    public void RequestTrim_NoManagedMemory_LosesNothing(int reservations)
    {
        const int Blocks = 32;
        const nuint BlockBytes = 4 * Kilobyte;
        Arena arena = new(guardPages: false);
        List<nuint> blocks = [];
        for (int index = 0; index < 2 * Blocks; index++)
        {
            byte* block = arena.Allocate(BlockBytes);
            *block = 1;
            blocks.Add((nuint)block);
        }

        byte* large = arena.Allocate(8 * Megabyte);
        *large = 1;
        for (int index = 0; index < blocks.Count; index += 2)
        {
            arena.Retire((byte*)blocks[index], BlockBytes);
        }

        Assert.Equal((long)((2 * Blocks * BlockBytes) + (8 * Megabyte)), arena.HeldBytes);
        int left = reservations;
        FaultInjection.Post = static () => true;
        FaultInjection.Reserve = _ => left-- <= 0;
        try
        {
            arena.RequestTrim();
            arena.Retire(large, 8 * Megabyte);
            Assert.InRange(left, int.MinValue, -1);
        }
        finally
        {
            FaultInjection.Post = null;
            FaultInjection.Reserve = null;
        }

        Assert.InRange(arena.HeldBytes, (long)(Blocks * BlockBytes), (long)(2 * Blocks * BlockBytes));
        Assert.Equal(reservations >= 4, arena.HeldBytes < (long)(2 * Blocks * BlockBytes));
        long mapped = arena.MappedBytes;
        arena.DrainRetired();
        Assert.Equal((long)(Blocks * BlockBytes), arena.HeldBytes);
        for (int index = 0; index < Blocks; index++)
        {
            ArenaTests.AssertZero(arena.Allocate(BlockBytes), BlockBytes);
        }

        Assert.Equal(mapped, arena.MappedBytes);
        GC.KeepAlive(arena);
    }

    [Fact]
    public void Retire_InterruptedThread_KeepsTheBlockAndTheInterruption()
    {
        Arena arena = new(guardPages: false);
        bool delivered = false;
        Thread thread = new(() =>
        {
            for (int round = 0; round < 200; round++)
            {
                Thread.CurrentThread.Interrupt();
                arena.Retire(arena.Allocate(64 * Kilobyte), 64 * Kilobyte);
                arena.Retire(arena.Allocate(128), 128);
                arena.DrainRetired();
            }

            try
            {
                Thread.Sleep(0);
                Thread.Sleep(1);
            }
            catch (ThreadInterruptedException)
            {
                delivered = true;
            }
        });
        thread.Start();
        for (int round = 0; thread.IsAlive; round++)
        {
            arena.Retire(arena.Allocate(128), 128);
        }

        thread.Join();
        Assert.True(delivered);
        arena.DrainRetired();
        Assert.Equal(0, arena.LiveBytes);
    }

    [Fact]
    public void AllocateAndRetire_ManyThreads_NeverShareABlockAndAlwaysReadZero()
    {
        const int Threads = 4;
        const int Rounds = 3000;
        int seed = Random.Shared.Next();
        Arena arena = new(guardPages: false);
        string? failure = null;
        Thread[] threads = new Thread[Threads];
        for (int index = 0; index < Threads; index++)
        {
            int own = index;
            threads[index] = new Thread(() => failure ??= Churn(arena, seed + own, (byte)(own + 1), Rounds));
            threads[index].Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        Assert.True(failure is null, $"{failure}, seed {seed}");
        arena.DrainRetired();
        Assert.Equal(0, arena.LiveBytes);
        Assert.Equal(0, arena.HeldBytes);
    }

    [Fact]
    public void Retire_ReaderStillInside_ReadsMappedMemoryThroughGiveBackAndReuse()
    {
        const nuint Bytes = 6 * Megabyte;
        Arena arena = new(guardPages: false);
        nuint block = (nuint)arena.Allocate(Bytes);
        bool stop = false;
        bool foreign = false;
        Thread reader = new(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                for (nuint offset = 0; offset < Bytes; offset += 4096)
                {
                    foreign |= Volatile.Read(ref *((byte*)block + offset)) is not (0 or 1);
                }
            }
        });
        reader.Start();
        for (int round = 0; round < 100; round++)
        {
            new Span<byte>((byte*)block, (int)Bytes).Fill(1);
            arena.Retire((byte*)block, Bytes);
            arena.DrainRetired();
            Assert.Equal(block, (nuint)arena.Allocate(Bytes));
        }

        Volatile.Write(ref stop, value: true);
        reader.Join();
        Assert.False(foreign);
        GC.KeepAlive(arena);
    }

    [Fact]
    public void AllocateAndRetire_GrowAndTrimForever_KeepsItsAddressSpace()
    {
        Arena arena = new(guardPages: false);
        long afterFirst = 0;
        for (int cycle = 0; cycle < 50; cycle++)
        {
            // Sixteen shards that double from 128 bytes to 1 MiB, strides of their own in every cycle.
            nuint stride = 128u * (nuint)(1 + (cycle % 3));
            nuint[] tables = new nuint[16];
            nuint bytes = stride;
            for (; bytes <= Megabyte; bytes *= 2)
            {
                for (int shard = 0; shard < tables.Length; shard++)
                {
                    nuint grown = (nuint)arena.Allocate(bytes);
                    *(byte*)grown = 1;
                    if (tables[shard] != 0)
                    {
                        arena.Retire((byte*)tables[shard], bytes / 2);
                    }

                    tables[shard] = grown;
                }
            }

            foreach (nuint table in tables)
            {
                arena.Retire((byte*)table, bytes / 2);
            }

            arena.DrainRetired();
            if (cycle == 2)
            {
                afterFirst = arena.MappedBytes;
            }
        }

        // Which blocks are free at which moment depends on the maintenance thread, so leave it some room.
        Assert.InRange(arena.MappedBytes, 1, 2 * afterFirst);
        Assert.Equal(0, arena.HeldBytes);
    }

    private static string? Churn(Arena arena, int seed, byte mark, int rounds)
    {
        Random random = new(seed);
        List<(nuint Block, int Bytes)> live = [];
        for (int round = 0; round < rounds; round++)
        {
            int bytes = 128 * (1 + random.Next(random.Next(4) == 0 ? 2000 : 20));
            byte* block = arena.Allocate((nuint)bytes, hugePages: random.Next(2) == 0);
            Span<byte> contents = new(block, bytes);
            if (contents.IndexOfAnyExcept((byte)0) >= 0)
            {
                return "A block was not zero";
            }

            contents.Fill(mark);
            live.Add(((nuint)block, bytes));
            while (live.Count > (round == rounds - 1 ? 0 : random.Next(12)))
            {
                int index = random.Next(live.Count);
                (nuint old, int oldBytes) = live[index];
                live.RemoveAt(index);
                if (new ReadOnlySpan<byte>((byte*)old, oldBytes).IndexOfAnyExcept(mark) >= 0)
                {
                    return "A live block was overwritten";
                }

                arena.Retire((byte*)old, (nuint)oldBytes);
            }
        }

        return null;
    }
}
