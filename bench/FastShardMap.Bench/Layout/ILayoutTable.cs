namespace FastShardMap.Bench.Layout;

/// <summary>A filled table whose groups have one of the candidate shapes.</summary>
internal interface ILayoutTable : IDisposable
{
    double BytesPerEntry { get; }

    /// <summary>The share of entries that are not in their home group, 0 to 1.</summary>
    double PastHome { get; }

    /// <summary>Lookups that do not wait for one another.</summary>
    /// <returns>A number made of all answers.</returns>
    ulong Lookup(ReadOnlySpan<uint> numbers);

    /// <summary>Lookups of which each waits for the value of the one before it.</summary>
    /// <param name="numbers">What the keys are made of.</param>
    /// <param name="zero">Zero, as a number the compiler cannot know.</param>
    ulong DependentLookup(ReadOnlySpan<uint> numbers, ulong zero);

    /// <summary>How many of the keys the table holds, with the right value.</summary>
    int CountFound(ReadOnlySpan<uint> numbers);
}
