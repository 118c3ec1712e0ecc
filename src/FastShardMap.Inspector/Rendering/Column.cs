namespace FastShardMap.Inspector.Rendering;

/// <summary>A column of a table, with what may happen to it where the terminal is narrow.</summary>
/// <param name="Name">The heading.</param>
internal sealed record Column(string Name)
{
    /// <summary>Columns of the least value are left out first. Those without one are never.</summary>
    public int? Value { get; init; }

    /// <summary>Numbers stand at the right.</summary>
    public bool IsNumber { get; init; }

    /// <summary>The cells that are left when its texts are cut; null for a column that is shown whole or not at all.</summary>
    public int? LeastCells { get; init; }

    /// <summary>Of what is cut the end says more than the start, as in names of methods.</summary>
    public bool KeepsEnd { get; init; }

    /// <summary>In a block it stands beside the keys, without its name.</summary>
    public bool IsTitle { get; init; }

    /// <summary>Shown below the table, a line for each row that says something.</summary>
    public bool IsDetail { get; init; }

    /// <summary>What the next command needs: never left out, never cut.</summary>
    public static Column Key(string name) => new(name);

    public static Column Text(string name, int? value, int? leastCells = null) => new(name) { Value = value, LeastCells = leastCells };

    public static Column Number(string name, int? value) => new(name) { Value = value, IsNumber = true };

    public static Column Detail(string name) => new(name) { IsDetail = true };

    public string Cut(string text, int cells) => KeepsEnd ? Cells.CutStart(text, cells) : Cells.Cut(text, cells);
}
