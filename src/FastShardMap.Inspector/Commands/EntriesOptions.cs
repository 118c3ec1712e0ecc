namespace FastShardMap.Inspector.Commands;

/// <summary>Which entries to print, and how.</summary>
internal sealed record EntriesOptions
{
    /// <summary>Only the entry with this key.</summary>
    public string? Key { get; init; }

    /// <summary>A condition; see <see cref="Entries.EntryFilter"/>.</summary>
    public string? Where { get; init; }

    public bool Csv { get; init; }

    public bool Json { get; init; }

    public long Limit { get; init; } = long.MaxValue;
}
