namespace FastShardMap.Inspector.Reports;

/// <summary>Sums of figures that are read from the target.</summary>
internal static class Totals
{
    /// <summary>
    /// The sum of a figure. Counters in damaged memory may have any value, so that a sum may wrap and must not throw.
    /// </summary>
    public static long Total<T>(this IEnumerable<T> items, Func<T, long> figure)
    {
        long total = 0;
        foreach (T item in items)
        {
            total = unchecked(total + figure(item));
        }

        return total;
    }
}
