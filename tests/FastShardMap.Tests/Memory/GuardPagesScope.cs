using FastShardMap.Memory;

namespace FastShardMap.Tests.Memory;

/// <summary>While it exists, every arena that is created places its blocks before inaccessible pages. Its test must run
/// alone.</summary>
internal sealed class GuardPagesScope : IDisposable
{
    private readonly bool _before = PageMemory.GuardPages;

    public GuardPagesScope() => PageMemory.GuardPages = true;

    public void Dispose() => PageMemory.GuardPages = _before;
}
