using System.Globalization;
using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

/// <summary>Control groups of both versions, of a host and of a container, as files.</summary>
public sealed class ControlGroupMemoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fast shard map").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void LimitOf_Version2_IsTheLeastOnTheWayUp()
    {
        Process("0::/a/b", ("/", "cg", "cgroup2", "rw"));
        Assert.Equal(ulong.MaxValue, Limit());
        Write("cg/a/b/memory.max", "max");
        Write("cg/a/memory.max", "3000");
        Assert.Equal(3000UL, Limit());
        Write("cg/a/b/memory.max", "2000");
        Assert.Equal(2000UL, Limit());
        Write("cg/c/memory.max", "1000"); // another's
        Assert.Equal(2000UL, Limit());
    }

    [Fact]
    public void LimitOf_Version1_IsOfTheMemoryController()
    {
        Process(
            "5:cpu,cpuacct:/x\n4:memory:/a\n0::/y",
            ("/", "cpu", "cgroup", "rw,cpu"),
            ("/", "memory", "cgroup", "rw,memory"));
        Write("cpu/x/memory.limit_in_bytes", "1");
        Write("memory/memory.limit_in_bytes", "9223372036854771712");
        Assert.Equal(9223372036854771712UL, Limit());
        Write("memory/a/memory.limit_in_bytes", "4096");
        Assert.Equal(4096UL, Limit());
    }

    [Fact]
    public void LimitOf_Container_IsThatOfItsRoot()
    {
        Process("0::/docker/1234/inner", ("/docker/1234", "cg", "cgroup2", "rw"));
        Write("cg/memory.max", "5000");
        Assert.Equal(5000UL, Limit());
        Write("cg/inner/memory.max", "4000");
        Assert.Equal(4000UL, Limit());
        Process("0::/", ("/../..", "cg", "cgroup2", "rw"));
        Assert.Equal(5000UL, Limit());
    }

    [Fact]
    public void LimitOf_NothingReadable_IsNone()
    {
        Assert.Equal(ulong.MaxValue, ControlGroupMemory.LimitOf(Path.Combine(_folder, "absent")));
        Write("cgroup", "nonsense\n\n0::");
        Write("mountinfo", "nonsense\n - \n1 2 3 4 5 - cgroup2\n");
        Assert.Equal(ulong.MaxValue, Limit());
    }

    [Fact]
    public void Current_OfThisMachine_IsThere() =>
        Assert.InRange(NativeMemoryLimit.Current().Bytes, 64UL << 20, 1UL << 50);

    private ulong Limit() => ControlGroupMemory.LimitOf(_folder);

    private void Process(string groups, params (string Root, string MountPoint, string Type, string Options)[] mounts)
    {
        Write("cgroup", groups);
        Write("mountinfo", string.Concat(mounts.Select((mount, id) => string.Create(
            CultureInfo.InvariantCulture,
            $"{id} 1 0:{id} {mount.Root} "
                + $"{Path.Combine(_folder, mount.MountPoint).Replace(" ", @"\040", StringComparison.Ordinal)} rw "
                + $"shared:1 - {mount.Type} none {mount.Options}\n"))));
    }

    private void Write(string path, string text)
    {
        string full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
