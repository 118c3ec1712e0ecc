using System.Runtime.CompilerServices;
using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

[Collection(SerialTests.Name)]
public sealed unsafe class ArenaLifetimeTests
{
    private const nuint Bytes = 3 * 1024 * 1024;
    private static MapWithFinalizer? s_resurrected;

    [Fact]
    public void Finalizer_MapForgotten_ReleasesTheRange()
    {
        Collect();
        long mapped = Arena.ProcessMappedBytes;
        long failures = MaintenanceThread.Failures;
        long live = Arena.ProcessLiveBytes;
        WeakReference forgotten = Forget();
        Collect();
        Assert.False(forgotten.IsAlive);
        Assert.InRange(Arena.ProcessMappedBytes, 0, mapped);
        Assert.InRange(Arena.ProcessLiveBytes, 0, live);
    }

    [Fact]
    public void Finalizer_BlocksStillQueued_ReleasesTheRangeAfterThem()
    {
        Collect();
        long mapped = Arena.ProcessMappedBytes;
        long failures = MaintenanceThread.Failures;
        ForgetWithRetiredBlocks();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                Collect();
                return Arena.ProcessMappedBytes <= mapped;
            },
            TimeSpan.FromMinutes(1)));
        Assert.Equal(failures, MaintenanceThread.Failures);
    }

    [Fact]
    public void Finalizer_MapResurrected_KeepsTheRangeUntilItIsForgottenAgain()
    {
        Collect();
        long mapped = Arena.ProcessMappedBytes;
        long failures = MaintenanceThread.Failures;
        nuint block = ForgetForResurrection(dispose: false);
        Collect();
        Assert.NotNull(s_resurrected);
        ReadResurrected(block);
        Collect();
        ReadResurrected(block);
        s_resurrected = null;
        Collect();
        Assert.InRange(Arena.ProcessMappedBytes, 0, mapped);
        if (OperatingSystem.IsLinux())
        {
            Assert.False(LinuxFacts.IsMapped(block));
        }
    }

    [Fact]
    public void Finalizer_MapRetiresItsBlocksWhileFinalized_IsNotOvertaken()
    {
        Collect();
        long mapped = Arena.ProcessMappedBytes;
        long failures = MaintenanceThread.Failures;
        for (int round = 0; round < 50; round++)
        {
            _ = ForgetForResurrection(dispose: true);
            GC.Collect();
            GC.Collect();
        }

        s_resurrected = null;
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                Collect();
                return Arena.ProcessMappedBytes <= mapped;
            },
            TimeSpan.FromMinutes(1)));
        Assert.Equal(failures, MaintenanceThread.Failures);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Finalizer_WorkQueuedByAnotherFinalizer_WaitsForIt(bool collapse)
    {
        long mapped = AwaitStableMappedBytes();
        using ManualResetEventSlim proceed = new();
        Assert.True(MaintenanceThread.TryPost(new Pause(proceed)));
        try
        {
            ForgetOwnerWithLateWork(collapse);
            Collect();
            Assert.InRange(Arena.ProcessMappedBytes, mapped + (long)Bytes, long.MaxValue);
        }
        finally
        {
            proceed.Set();
            MaintenanceIdleLimit.AwaitTurns(1); // the event is disposed only after its wait
        }

        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                Collect();
                return Arena.ProcessMappedBytes <= mapped;
            },
            TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void Attach_Twice_Throws()
    {
        Arena arena = new();
        arena.Attach(this);
        Assert.Throws<InvalidOperationException>(() => arena.Attach(this));
    }

    [Fact]
    public void RetireAll_AfterDrain_ReturnsTheResidentMemoryOfTheProcess()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc/self/pagemap.");
        const nuint BlockBytes = 64 * 1024 * 1024;
        const int Blocks = 4;
        Arena arena = new();
        byte*[] blocks = new byte*[Blocks];
        for (int index = 0; index < Blocks; index++)
        {
            blocks[index] = arena.Allocate(BlockBytes);
            new Span<byte>(blocks[index], (int)BlockBytes).Fill(1);
        }

        long full = ResidentBytes();
        Assert.InRange(full, Blocks * (long)BlockBytes * 9 / 10, long.MaxValue);
        for (int index = 0; index < Blocks; index++)
        {
            arena.Retire(blocks[index], BlockBytes);
        }

        arena.DrainRetired();
        Assert.InRange(full - ResidentBytes(), Blocks * (long)BlockBytes * 9 / 10, long.MaxValue);
        GC.KeepAlive(arena);

        // Of the blocks only: other parts of the process may grow or shrink meanwhile.
        long ResidentBytes()
        {
            long bytes = 0;
            for (int index = 0; index < Blocks; index++)
            {
                bytes += LinuxFacts.ResidentBytes(blocks[index], BlockBytes);
            }

            return bytes;
        }
    }

    // The address space, after the finalizers and the maintenance thread have released what earlier tests have left.
    private static long AwaitStableMappedBytes()
    {
        long mapped = -1;
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                long before = mapped;
                Collect();
                MaintenanceIdleLimit.AwaitTurns(1);
                mapped = Arena.ProcessMappedBytes;
                return mapped == before;
            },
            TimeSpan.FromMinutes(1)));
        return mapped;
    }

    private static void Collect()
    {
        for (int round = 0; round < 3; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Forget()
    {
        MapWithoutFinalizer map = new();
        *map.Arena.Allocate(Bytes) = 1;
        *map.Arena.Allocate(128) = 1;
        return new WeakReference(map, trackResurrection: true);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ForgetWithRetiredBlocks()
    {
        MapWithoutFinalizer map = new();
        byte*[] blocks = new byte*[20];
        for (int index = 0; index < blocks.Length; index++)
        {
            blocks[index] = map.Arena.Allocate(Bytes);
            *blocks[index] = 1;
        }

        for (int index = 0; index < blocks.Length; index++)
        {
            map.Arena.Retire(blocks[index], Bytes);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nuint ForgetForResurrection(bool dispose)
    {
        MapWithFinalizer map = new(dispose);
        map.Block = (nuint)map.Arena.Allocate(Bytes);
        *(byte*)map.Block = 99;
        return map.Block;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ReadResurrected(nuint block)
    {
        Assert.Equal(99, *(byte*)block);
        Assert.Equal((long)Bytes, s_resurrected!.Arena.LiveBytes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ForgetOwnerWithLateWork(bool collapse) => _ = new OwnerWithLateWork(collapse);

    private sealed class Pause(ManualResetEventSlim proceed) : IBackgroundWork
    {
        public void Run() => proceed.Wait();
    }

    /// <summary>Not attached, so that no weak handle stands in for what is tested.</summary>
    private sealed class OwnerWithLateWork
    {
        private readonly Arena _arena = new();
        private readonly bool _collapse;
        private readonly nuint _block;

        public OwnerWithLateWork(bool collapse)
        {
            _collapse = collapse;
            _block = (nuint)_arena.Allocate(Bytes, collapsible: collapse);
            *(byte*)_block = 1;
        }

        ~OwnerWithLateWork()
        {
            if (_collapse)
            {
                _arena.PostCollapse((byte*)_block);
            }
            else
            {
                _arena.Retire((byte*)_block, Bytes);
            }
        }
    }

    private sealed class MapWithoutFinalizer
    {
        public MapWithoutFinalizer() => Arena.Attach(this);

        public Arena Arena { get; } = new();
    }

    private sealed class MapWithFinalizer
    {
        private readonly bool _dispose;

        public MapWithFinalizer(bool dispose)
        {
            _dispose = dispose;
            Arena.Attach(this);
        }

        ~MapWithFinalizer()
        {
            if (_dispose)
            {
                Arena.Retire((byte*)Block, Bytes);
            }
            else
            {
                s_resurrected = this;
            }
        }

        public Arena Arena { get; } = new();

        public nuint Block { get; set; }
    }
}
