namespace FastShardMap.Bench.Caches;

/// <summary>The formats of trace files.</summary>
internal enum TraceFormat
{
    /// <summary>By the name of the file: .oracleGeneral or .bin, .lirs or .trc, .arc or .lis, .csv, otherwise plain
    /// text.</summary>
    Guess,

    /// <summary>libCacheSim's plain text: one key per line.</summary>
    Plain,

    /// <summary>libCacheSim's comma-separated values: the second column is the key (time, key, size).</summary>
    Csv,

    /// <summary>libCacheSim's binary records of 24 bytes: time (4), key (8), size (4), next access (8).</summary>
    OracleGeneral,

    /// <summary>The LIRS traces of Caffeine's simulator: one number per line; lines that are no number count as the end
    /// of the file or as remarks, and are skipped.</summary>
    Lirs,

    /// <summary>The ARC traces of Caffeine's simulator: first block, number of blocks, and two numbers that do not
    /// matter.</summary>
    Arc,
}
