using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

public sealed unsafe class GuardPagesTests
{
    [Theory]
    [InlineData(128)]
    [InlineData(384)]
    [InlineData(4096)]
    [InlineData(200_064)]
    [InlineData(4_194_304)]
    public void Allocate_GuardPages_EndsAgainstAnInaccessiblePage(int bytes)
    {
        Arena arena = new(guardPages: true);
        byte* block = arena.Allocate((nuint)bytes);
        Assert.Equal(0u, (nuint)block % 128);
        Assert.Equal(0u, ((nuint)block + (nuint)bytes) % PageMemory.PageBytes);
        ArenaTests.AssertZero(block, (nuint)bytes);
        new Span<byte>(block, bytes).Fill(1);
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal("---p", Permissions((nuint)block + (nuint)bytes));
            Assert.Equal("rw-p", Permissions((nuint)block + (nuint)bytes - 1));
        }

        arena.Retire(block, (nuint)bytes);
        arena.DrainRetired();
        byte* again = arena.Allocate((nuint)bytes);
        Assert.Equal((nuint)block, (nuint)again);
        ArenaTests.AssertZero(again, (nuint)bytes);
        GC.KeepAlive(arena);
    }

    /// <summary>Returns the permissions that Linux lists for an address, such as rw-p.</summary>
    internal static string Permissions(nuint address)
    {
        // The list is read in pieces, while other threads map and unmap: an entry may fall between two pieces.
        string? permissions = null;
        SpinWait.SpinUntil(() => (permissions = TryGetPermissions(address)) is not null, TimeSpan.FromSeconds(20));
        return permissions ?? "not mapped";
    }

    private static string? TryGetPermissions(nuint address)
    {
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] words = line.Split([' ', '-'], 3);
            if (address >= nuint.Parse(words[0], System.Globalization.NumberStyles.HexNumber, provider: null)
                && address < nuint.Parse(words[1], System.Globalization.NumberStyles.HexNumber, provider: null))
            {
                return words[2][..4];
            }
        }

        return null;
    }
}
