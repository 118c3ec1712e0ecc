using FastShardMap.Stress.Scenarios;

namespace FastShardMap.Stress;

/// <summary>All scenarios by name.</summary>
internal static class StressCatalogue
{
    private static readonly Dictionary<string, Func<StressScenario>> s_scenarios = new(StringComparer.Ordinal)
    {
        ["torn"] = static () => new TornScenario(),
        ["storm"] = static () => new StormScenario(),
        ["same-key"] = static () => new SameKeyScenario(),
        ["churn"] = static () => new ChurnScenario(),
        ["lifetime"] = static () => new LifetimeScenario(),
        ["enumerate"] = static () => new EnumerateScenario(),
        ["batch"] = static () => new BatchScenario(),
        ["bank"] = static () => new BankScenario(),
        ["drop"] = static () => new DropScenario(),
        ["history"] = HistoryScenario.OverSeqLocks,
        ["history-mutex"] = HistoryScenario.OverMutexes,
        ["history-rwlock"] = HistoryScenario.OverReaderWriterLocks,
        ["history-channel"] = HistoryScenario.OverChannels,
        ["history-text"] = HistoryScenario.OverText,
        ["text"] = static () => new TextScenario(),
        ["blob"] = static () => new BlobScenario(),
        ["cache"] = static () => new CacheScenario(),
        ["blob-cache"] = static () => new BlobCacheScenario(),
    };

    public static IReadOnlyList<string> Names { get; } = [.. s_scenarios.Keys];

    public static StressScenario Create(string name) => s_scenarios[name]();

    /// <exception cref="FormatException">A name that is none.</exception>
    public static IReadOnlyList<string> Select(string text)
    {
        if (text == "all")
        {
            return Names;
        }

        string[] names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string? unknown = Array.Find(names, static name => !s_scenarios.ContainsKey(name));
        return names.Length > 0 && unknown is null
            ? names
            : throw new FormatException(
                $"No scenario '{unknown ?? text}'; there are: all, {string.Join(", ", Names)}.");
    }
}
