namespace FastShardMap.Serialization;

/// <summary>Reports how many entries of a file are written or read: after every few megabytes, and at the
/// end.</summary>
internal struct PieceProgress(IProgress<long>? progress)
{
    private const long ReportEveryBytes = 4 * 1024 * 1024;

    private readonly IProgress<long>? _progress = progress;
    private long _unreported;

    /// <summary>Adds a piece.</summary>
    /// <param name="bytes">The number of its bytes.</param>
    /// <param name="entries">The number of entries so far.</param>
    /// <param name="isLast">Whether <see cref="End"/> is next, and reports these entries.</param>
    public void Add(int bytes, long entries, bool isLast = false)
    {
        _unreported += bytes;
        if (_progress is not null && _unreported >= ReportEveryBytes && !isLast)
        {
            _progress.Report(entries);
            _unreported = 0;
        }
    }

    /// <summary>Reports the number of all entries.</summary>
    public readonly void End(long entries) => _progress?.Report(entries);
}
