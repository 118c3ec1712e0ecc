namespace HybridCacheService;

/// <summary>Makes reports, which takes a while, as a query of a database would.</summary>
internal sealed class ReportMaker
{
    private const int Lines = 100;
    private static readonly TimeSpan s_effort = TimeSpan.FromMilliseconds(200);
    private int _made;

    /// <summary>The number of reports that were made.</summary>
    public int Made => Volatile.Read(ref _made);

    public async ValueTask<string> MakeAsync(int id, CancellationToken cancellationToken)
    {
        await Task.Delay(s_effort, cancellationToken);
        Interlocked.Increment(ref _made);
        return string.Join('\n', Enumerable.Range(1, Lines).Select(line => $"report {id}, line {line}"));
    }
}
