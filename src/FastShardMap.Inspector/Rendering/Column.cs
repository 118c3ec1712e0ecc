namespace FastShardMap.Inspector.Rendering;

/// <summary>A column of a table, and what may happen to it on a narrow terminal.</summary>
/// <param name="Name">The heading.</param>
internal sealed record Column(string Name)
{
    /// <summary>Columns with the lowest value are left out first. A column without a value is never left out.</summary>
    public int? Value { get; init; }

    /// <summary>Whether the texts are numbers, which are aligned to the right.</summary>
    public bool IsNumber { get; init; }

    /// <summary>The least width to which its texts are cut; null for a column that is never cut.</summary>
    public int? LeastCells { get; init; }

    /// <summary>Whether texts are cut at the start, because the end says more, as in names of methods.</summary>
    public bool KeepsEnd { get; init; }

    /// <summary>Whether a block shows it next to the keys, without its name.</summary>
    public bool IsTitle { get; init; }

    /// <summary>Whether it is shown below the table, with one line for each row that has a text.</summary>
    public bool IsDetail { get; init; }

    /// <summary>A column whose text the user needs for the next command: it is never left out or cut.</summary>
    public static Column Key(string name) => new(name);

    public static Column Text(string name, int? value, int? leastCells = null) =>
        new(name) { Value = value, LeastCells = leastCells };

    public static Column Number(string name, int? value) => new(name) { Value = value, IsNumber = true };

    public static Column Detail(string name) => new(name) { IsDetail = true };

    public string Cut(string text, int cells) => KeepsEnd ? Cells.CutStart(text, cells) : Cells.Cut(text, cells);
}
