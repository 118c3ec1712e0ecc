namespace FastShardMap.Bench.Census;

/// <summary>What a census counts, read into memory before anything is timed.</summary>
internal interface ICensusInput
{
    int Files { get; }

    /// <summary>Bytes read.</summary>
    long Bytes { get; }

    /// <summary>Bytes of all files, of which a limit may have left some unread.</summary>
    long BytesAvailable { get; }

    /// <summary>The number of items to count.</summary>
    long Items { get; }

    /// <summary>Says where the input comes from, and what is counted in it.</summary>
    string Describe(bool isDefault);
}
