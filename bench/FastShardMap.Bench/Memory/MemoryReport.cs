using FastShardMap.Bench.Measuring;
using FastShardMap.Bench.Reporting;

namespace FastShardMap.Bench.Memory;

/// <summary>Shows memory readings, with one row per map and size.</summary>
internal static class MemoryReport
{
    private const double NanosecondsPerMillisecond = 1e6;

    private static readonly string[] Header =
    [
        "map", "pairs", "filled", "bytes/pair", "resident", "worst", "worst resident", "1/10 left, trimmed", "resident",
        "disposed, resident", "fill", "GC while filling", "full GC", "full GC without",
    ];

    public static void Print(Terminal terminal, IReadOnlyList<MemoryReading> readings)
    {
        terminal.WriteTable(Header, readings.Select(Cells));
        terminal.WriteLine(
            "bytes/pair: by the map's own account, else what the managed heap grew by; worst: during the fill; " +
            "full GC: median of blocking collections.");
    }

    public static string ToMarkdown(IReadOnlyList<MemoryReading> readings) =>
        MarkdownTable.Of(Header, readings.Select(Cells));

    private static string[] Cells(MemoryReading reading) =>
    [
        reading.Label,
        Units.Count(reading.Pairs),
        reading.IsReserved ? "reserved" : "growing",
        Units.Digits(reading.AccountedBytesPerPair),
        Units.Digits(reading.ResidentBytesPerPair),
        reading.IsReserved ? "-" : Units.Digits(reading.WorstAccountedBytesPerPair),
        reading.IsReserved ? "-" : Units.Digits(reading.WorstResidentBytesPerPair),
        Units.Digits(reading.TrimmedAccountedBytesPerPair),
        Units.Digits(reading.TrimmedResidentBytesPerPair),
        Units.Digits(reading.ResidentBytesPerPairAfter),
        Units.Duration(TimeSpan.FromSeconds(reading.FillSeconds)),
        Units.Duration(reading.FillGcPauseMilliseconds * NanosecondsPerMillisecond),
        Units.Duration(Spread.Of(reading.FullGcWithMilliseconds).Median * NanosecondsPerMillisecond),
        Units.Duration(Spread.Of(reading.FullGcWithoutMilliseconds).Median * NanosecondsPerMillisecond),
    ];
}
