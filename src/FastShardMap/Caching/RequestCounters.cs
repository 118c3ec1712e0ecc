using FastShardMap.Memory;

namespace FastShardMap.Caching;

/// <summary>Counts the requests of a cache without a word that two threads share: each thread has cells of its own, on
/// cache lines of their own. The counts are exact, because the id of a thread is reused only after the thread has
/// ended.</summary>
internal sealed class RequestCounters
{
    private const int CellBytes = 128;
    private const int LongsPerCell = CellBytes / sizeof(long);
    private const int CellsPerPage = 16;
    private const int Hit = 0;
    private const int Miss = 1;
    private const int Replacement = 2;

    private readonly UninterruptibleMonitor _gate = new();

    // By the thread's id: pages of cells, which never move. The first cell of a page is left empty, because the header
    // of the array is on its line.
    private long[]?[] _pages = new long[]?[4];

    public long Hits => Sum(Hit);

    public long Misses => Sum(Miss);

    public long Replacements => Sum(Replacement);

    public void CountRead(bool isHit) => Count(isHit ? Hit : Miss);

    public void CountReplacement() => Count(Replacement);

    private void Count(int kind)
    {
        int thread = Environment.CurrentManagedThreadId;
        int index = thread / CellsPerPage;
        long[]?[] pages = Volatile.Read(ref _pages);
        long[] page = index < pages.Length && pages[index] is { } existing ? existing : AddPage(index);
        ref long cell = ref page[(((thread % CellsPerPage) + 1) * LongsPerCell) + kind];
        Volatile.Write(ref cell, cell + 1);
    }

    private long[] AddPage(int index)
    {
        using (_gate.Enter())
        {
            if (index >= _pages.Length)
            {
                long[]?[] larger = new long[]?[Math.Max(index + 1, _pages.Length * 2)];
                _pages.CopyTo(larger, 0);
                Volatile.Write(ref _pages, larger);
            }

            return _pages[index] ??= new long[(CellsPerPage + 2) * LongsPerCell];
        }
    }

    private long Sum(int kind)
    {
        long sum = 0;
        foreach (long[]? page in Volatile.Read(ref _pages))
        {
            for (int cell = 1; page is not null && cell <= CellsPerPage; cell++)
            {
                sum += Volatile.Read(ref page[(cell * LongsPerCell) + kind]);
            }
        }

        return sum;
    }
}
