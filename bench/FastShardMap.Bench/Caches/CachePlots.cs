using System.Globalization;
using FastShardMap.Bench.Report;

namespace FastShardMap.Bench.Caches;

/// <summary>Makes plots of the results.</summary>
internal static class CachePlots
{
    /// <summary>One plot of hit ratios for each size of the caches; none if no trace was replayed.</summary>
    public static IEnumerable<Plot> Of(CacheResults results)
    {
        ArgumentNullException.ThrowIfNull(results);
        foreach (IGrouping<double, HitRatioRow> size in results.Ratios.GroupBy(static row => row.Share))
        {
            string percent = (100 * size.Key).ToString("0.##", CultureInfo.InvariantCulture);
            string[] labels = [.. size.First().Caches.Select(static cache => cache.Label)];
            yield return new BarPlot($"cache-ratios-{percent}", $"Hit ratios of caches with {percent} % of the keys")
            {
                YLabel = "hits in percent of the requests",
                Series = labels,
                Groups = [.. size.Select(row => (row.Trace, labels.Select(row.PercentOf).ToArray()))],
            };
        }
    }
}
