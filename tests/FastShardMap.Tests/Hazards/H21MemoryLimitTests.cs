using System.Globalization;
using FastShardMap.Memory;
using FastShardMap.Tests.Support;
using Map = FastShardMap.ShardMap<ulong, FastShardMap.Tests.Hazards.H21MemoryLimitTests.Wide>;

namespace FastShardMap.Tests.Hazards;

/// <summary>
/// H21 where the system itself sets the limit: address space by ulimit, memory by a control group. In processes of
/// their own, which run the explicit tests.
/// </summary>
public sealed class H21MemoryLimitTests
{
    private const long GroupBytes = 512L << 20;

    [Fact]
    [Trait("Category", "Heavy")]
    public void Growth_AddressSpaceLimited_IsOutOfMemoryAndLosesNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ulimit -v does nothing elsewhere.");

        // The runtime takes half of it for itself.
        ChildProcess.RunTest("ulimit -v 4000000", typeof(H21MemoryLimitTests), nameof(InAChild_GrowsUntilRefused));
    }

    [Fact]
    [Trait("Category", "Heavy")]
    public void Reservation_MemoryLimitedByAControlGroup_IsOutOfMemoryAndLosesNothing()
    {
        string name = $"fastshardmap-{Environment.ProcessId}";
        bool isSecond = File.Exists("/sys/fs/cgroup/cgroup.controllers");
        string folder = Path.Combine(isSecond ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory", name);
        string limit = Path.Combine(folder, isSecond ? "memory.max" : "memory.limit_in_bytes");
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(limit, GroupBytes.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"Needs to be allowed to make a control group for memory: {exception.Message}");
        }

        try
        {
            ChildProcess.RunTest(
                $"echo $$ > {folder}/cgroup.procs", typeof(H21MemoryLimitTests), nameof(InAChild_ReservesPastTheGroup));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    /// <summary>The managed heap has 64 MiB, and the tables take twice that.</summary>
    [Fact]
    public void Reservation_ManagedHeapLimited_IsNotRefused() =>
        ChildProcess.RunTest(
            "export DOTNET_GCHeapHardLimit=0x4000000",
            typeof(H21MemoryLimitTests),
            nameof(InAChild_ReservesPastTheManagedHeap));

    [Fact]
    public void Reservation_PastTheAddressSpace_NamesTheLimit()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ulimit -v does nothing elsewhere.");
        ChildProcess.RunTest(
            "ulimit -v 4000000; export DOTNET_GCHeapHardLimit=0xC800000",
            typeof(H21MemoryLimitTests),
            nameof(InAChild_ReservesPastTheAddressSpace));
    }

    [Fact(Explicit = true)]
    public void InAChild_ReservesPastTheManagedHeap()
    {
        const int Capacity = 500_000;
        Assert.InRange(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, 1, 64L << 20);
        using ShardMap<long, Wide> source = new(Capacity);
        Assert.InRange(source.Capacity, Capacity, long.MaxValue);
        Assert.InRange(source.BytesAllocated, 100L << 20, long.MaxValue);
        source[1] = new Wide(2);
        using ShardMap<long, Wide> ensured = new();
        ensured.EnsureCapacity(Capacity);
        Assert.InRange(ensured.Capacity, Capacity, long.MaxValue);

        // Enough entries that what the operations reserve for them exceeds the managed heap.
        const int Entries = 280_000;
        for (long key = 0; key < Entries; key++)
        {
            source[key] = new Wide((ulong)key);
        }

        string path = Path.GetTempFileName();
        try
        {
            source.SaveTo(path);
            using ShardMap<long, Wide> loaded = ShardMap<long, Wide>.LoadFrom(path);
            Assert.Equal(Entries, loaded.Count);
        }
        finally
        {
            File.Delete(path);
        }

        using ShardMap<long, Wide> copied = new();
        Assert.Equal(Entries, source.CopyTo(copied));
        using ShardMap<long, Wide> merged = new();
        Assert.Equal(Entries, merged.MergeFrom(source, static (_, _, other) => other));
        Assert.Equal(Entries, merged.Count);
    }

    [Fact(Explicit = true)]
    public void InAChild_ReservesPastTheAddressSpace()
    {
        OutOfMemoryException exception = Assert.Throws<OutOfMemoryException>(
            static () => new ShardMap<long, long>(400_000_000));
        Assert.Contains(
            "the process's limit of address space, 4,096,000,000 bytes", exception.Message, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public void InAChild_GrowsUntilRefused()
    {
        using Map map = new(new ShardMapOptions { ShardCount = 2 });
        ulong next = Fill(map);
        Assert.InRange(next, 10_000UL, 100_000_000UL);
        AssertHolds(map, 0, next);

        // Usable: overwritten, removed, trimmed and filled again, without an exception.
        map[0] = new Wide(7);
        Assert.Equal(7UL, map[0].First);
        map[0] = new Wide(0);
        ulong half = next / 2;
        for (ulong key = 0; key < half; key++)
        {
            Assert.True(map.TryRemove(key, out _));
        }

        AssertHolds(map, half, next);
        for (ulong key = 0; key < half; key++)
        {
            map[key] = new Wide(key);
        }

        AssertHolds(map, 0, next);
        map.Clear();
        map.TrimExcess();
        Assert.InRange(Fill(map), next / 8, ulong.MaxValue);
    }

    [Fact(Explicit = true)]
    public void InAChild_ReservesPastTheGroup()
    {
        Assert.Equal((ulong)GroupBytes, NativeMemoryLimit.Current().Bytes);
        using Map map = new(new ShardMapOptions { ShardCount = 2 });
        const ulong Entries = 200_000;
        for (ulong key = 0; key < Entries; key++)
        {
            map[key] = new Wide(key);
        }

        OutOfMemoryException exception = Assert.Throws<OutOfMemoryException>(() => map.EnsureCapacity(10_000_000));
        Assert.Contains(
            "the memory of the control group, 536,870,912 bytes", exception.Message, StringComparison.Ordinal);
        Assert.Throws<OutOfMemoryException>(() => new Map(10_000_000));
        AssertHolds(map, 0, Entries);
        map[Entries] = new Wide(Entries);
        AssertHolds(map, 0, Entries + 1);
    }

    /// <summary>Adds entries until the system refuses.</summary>
    private static ulong Fill(Map map)
    {
        ulong key = 0;
        Assert.Throws<OutOfMemoryException>(() =>
        {
            for (; key < 100_000_000; key++)
            {
                map[key] = new Wide(key);
            }
        });
        return key;
    }

    private static void AssertHolds(Map map, ulong from, ulong to)
    {
        Assert.Equal((long)(to - from), map.Count);
        Assert.Empty(map.Shards.FindViolations());
        for (ulong key = from; key < to; key++)
        {
            if (!map.TryGetValue(key, out Wide value) || !value.IsOf(key))
            {
                Assert.Fail($"{key} is lost.");
            }
        }
    }

    /// <summary>Wide, so that the limit is soon reached.</summary>
    internal readonly unsafe struct Wide
    {
        private readonly Words _words;

        public Wide(ulong number) => _words[0] = _words[Words.Length - 1] = number;

        public ulong First => _words[0];

        public bool IsOf(ulong number) => _words[0] == number && _words[Words.Length - 1] == number;

        [System.Runtime.CompilerServices.InlineArray(Length)]
        private struct Words
        {
            public const int Length = 31;
            private ulong _first;
        }
    }
}
